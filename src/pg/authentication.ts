import type { PoolClient } from 'pg'
import { ConnectionError } from '../errors.js'
import type { ConnectionParameters } from '../settings/connection-parameters.js'

/** What the server says of the login, by the events of pg's connection, with libpq's name of what it asks for. */
const METHOD_OF: Readonly<Record<string, string>> = {
  authenticationCleartextPassword: 'password',
  authenticationMD5Password: 'md5',
  authenticationSASL: 'scram-sha-256',
}

/** pg's connection, by what its types leave out. */
interface EmittingConnection {
  emit?: (event: string, message?: { readonly mechanisms?: readonly string[] }) => boolean
  readonly stream: { destroy(error: Error): void; readonly encrypted?: boolean }
}

/**
 * Holds a server to `require_auth` and `channel_binding`: one that asks for the password in another way is cut before it
 * gets anything, and one that lets us in without being asked.
 */
export function guardLogin(client: PoolClient, parameters: ConnectionParameters): void {
  const binding = parameters.get('channel_binding')
  if (binding !== undefined) Object.assign(client, { enableChannelBinding: binding !== 'disable' })
  const required = parameters.get('require_auth')
  const methods = required?.split(',').map((method) => method.trim())
  if (methods === undefined && binding !== 'require') return

  const isRefused = (method: string) =>
    methods !== undefined &&
    (methods[0]?.startsWith('!') === true ? methods.includes(`!${method}`) : !methods.includes(method))
  // The same object, by what is left out of its type.
  const connection = client.connection as object as EmittingConnection
  const emit = (connection.emit as NonNullable<EmittingConnection['emit']>).bind(connection)
  let asked = 'none'
  let hasProved = false
  const problemOf = (event: string, mechanisms: readonly string[] = []): string | undefined => {
    if (event === 'authenticationSASLFinal') hasProved = true
    else if (event === 'authenticationOk') {
      delete connection.emit
      if (asked === 'none' && isRefused(asked)) return 'let us in without a password'
      if (binding === 'require' && asked === 'none')
        return 'let us in without binding the login to the channel'
      if (asked === 'scram-sha-256' && !hasProved)
        return 'let us in before it had proved to know the password'
    }
    const method = METHOD_OF[event]
    if (method === undefined) return undefined
    asked = method
    if (isRefused(method)) return `asked for the password by ${method}`
    const canBind = connection.stream.encrypted === true && mechanisms.includes('SCRAM-SHA-256-PLUS')
    return binding === 'require' && !canBind ? 'did not bind the login to a TLS channel' : undefined
  }
  connection.emit = (event, message) => {
    const problem = problemOf(event, message?.mechanisms)
    if (problem === undefined) return emit(event, message)
    const wish = methods === undefined ? 'channel_binding=require' : 'require_auth or channel_binding'
    connection.stream.destroy(new ConnectionError(`The server ${problem}, against ${wish}.`))
    return true
  }
}

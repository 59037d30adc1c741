import { Client } from 'pg'
import { address, askKind } from '../../src/pg/new-client.js'
import { isDatabaseError } from '../../src/pg/database-error.js'
import { ConnectionParameters } from '../../src/settings/connection-parameters.js'
import { hostsOf, isWanted, withOneHost, type Host } from '../../src/settings/hosts.js'
import { CodegenError, messageOf } from '../errors.js'

/** How long connecting to each host may take, in milliseconds. */
const connectionTimeoutMillis = 10_000

/**
 * A connected client; the caller ends it. Of several hosts, the first that is what `target_session_attrs` asks for.
 *
 * @throws CodegenError that names host and port, and never the password.
 */
export async function connectTo(url: string, source: string): Promise<Client> {
  // A password that is not encoded ends the host and its port, which a message would name, at its first sign.
  if (/^postgres(?:ql)?:\/\/[^/?#@]*(?:\/[^?]*|\?[^=]*|#.*)@/.test(url)) throw notUrl(source)
  const failures: string[] = []
  let place = ''
  const parameters = readParameters(url, source)
  for (const host of hostsOf(parameters)) {
    const client = makeClient(url, source)
    address(client, host, parameters)
    // A connection that breaks rejects the query in hand; without a listener it would end the process as well.
    client.on('error', () => undefined)
    try {
      await client.connect()
      await checkKind(client, host)
      return client
    } catch (error) {
      place = `${client.host}:${String(client.port)}`
      failures.push(messageOf(error))
      await client.end().catch(() => undefined)
      // A server that refuses us means it, wherever it is, unless it only starts.
      if (isDatabaseError(error) && error.code !== '57P03') break
    }
  }
  const where = failures.length === 1 ? `PostgreSQL at ${place}` : 'any of the servers'
  throw new CodegenError(`Cannot connect to ${where} (${source}): ${failures.join('; ')}`)
}

/** The URL of the one server, of those that a URL names, that is connected to now: of a database beside it, too. */
export async function urlOfOne(url: string, source: string): Promise<string> {
  if (hostsOf(readParameters(url, source)).length === 1) return withOneHost(url)
  const client = await connectTo(url, source)
  await client.end()
  const one = new URL(withOneHost(url))
  one.searchParams.delete('host')
  one.searchParams.delete('port')
  // A folder's name is no host of a URL.
  if (client.host.startsWith('/')) one.searchParams.set('host', client.host)
  else one.hostname = client.host.includes(':') ? `[${client.host}]` : client.host
  one.port = String(client.port)
  return one.href
}

function readParameters(url: string, source: string): ConnectionParameters {
  try {
    return new ConnectionParameters({ connectionString: url, connectionTimeoutMillis })
  } catch (error) {
    throw new CodegenError(`Cannot connect to PostgreSQL (${source}): ${messageOf(error)}`)
  }
}

function makeClient(url: string, source: string): Client {
  try {
    return new Client({ connectionString: withOneHost(url), connectionTimeoutMillis })
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw notUrl(source)
    // A file that the URL names, such as sslrootcert.
    throw new CodegenError(`Cannot connect to PostgreSQL (${source}): ${messageOf(error)}`)
  }
}

async function checkKind(client: Client, { target }: Host): Promise<void> {
  if (target === 'any') return
  const isOne = await new Promise<boolean>((resolve, reject) => {
    askKind(client, (error, kind) =>
      error ? reject(error) : resolve(kind !== undefined && isWanted(target, kind)),
    )
  })
  if (!isOne) throw new Error(`${client.host}:${String(client.port)} is not ${target} (target_session_attrs)`)
}

/** The URL is not repeated: it may hold a password. */
function notUrl(source: string): CodegenError {
  return new CodegenError(
    `What was given to connect to PostgreSQL (${source}) is no URL: it should look like ` +
      'postgres://user:password@host:5432/name. In a password, write %23 for #, %2F for /, %3F for ? and %40 for @.',
  )
}

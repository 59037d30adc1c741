import { isIP, type Socket } from 'node:net'
import pg, { type Client } from 'pg'
import { clearTimeout, setTimeout } from '../real-timers.js'

/** What pg's connection does that its types leave out. */
interface CancelConnection {
  connect(portOrPath: number | string, host?: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: number): void
  on(event: 'connect' | 'sslconnect' | 'error' | 'end', listener: () => void): void
  readonly stream: { destroy(): void }
}

interface CancelTarget {
  readonly host: string
  readonly port: number
  readonly ssl: boolean | { readonly key?: unknown }
  readonly sslNegotiation?: 'postgres' | 'direct'
  readonly processID: number | null
  readonly secretKey: number | null
}

/**
 * Asks the server, over a connection of its own, to cancel what `client` is running: at the address that it is
 * connected to, as a name may stand for several servers, and with the same TLS. Resolves when that connection has
 * closed, so that a statement sent afterwards is not the one that is cancelled; never rejects, since the worst case is a
 * query that runs to its end.
 */
export function sendCancelRequest(client: Client, timeoutMs: number): Promise<void> {
  const target = client as unknown as CancelTarget
  const { processID, secretKey, sslNegotiation } = target
  if (processID === null || secretKey === null) return Promise.resolve()

  return new Promise((resolve) => {
    const ssl = tlsAtAddress(target)
    // As pg's own client makes and uses them, of which the types leave much out.
    const connection = new pg.Connection({ ssl, sslNegotiation } as object) as unknown as CancelConnection
    const timer = setTimeout(() => connection.stream.destroy(), timeoutMs)
    const finish = () => {
      clearTimeout(timer)
      resolve()
    }
    const send = () => connection.cancel(processID, secretKey)
    connection.on('connect', () => {
      if (ssl === false) send()
      // Direct TLS begins by itself.
      else if (sslNegotiation !== 'direct') connection.requestSsl()
    })
    connection.on('sslconnect', send)
    connection.on('error', () => connection.stream.destroy())
    connection.on('end', finish)
    // pg's types leave open what the stream is.
    const { remoteAddress } = client.connection.stream as Socket
    if (target.host.startsWith('/')) connection.connect(`${target.host}/.s.PGSQL.${target.port}`)
    else connection.connect(target.port, remoteAddress ?? target.host)
  })
}

/** The certificate is for the name, though an address is connected to. */
function tlsAtAddress({ ssl, host }: CancelTarget): boolean | object {
  if (ssl === false || isIP(host) !== 0) return ssl
  const named = { host, servername: host }
  if (ssl === true) return named
  // pg hides the key from enumeration.
  return { ...ssl, ...('key' in ssl && { key: ssl.key }), ...named }
}

import pg, { type Client } from 'pg'

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
  readonly ssl: boolean | object
  readonly processID: number | null
  readonly secretKey: number | null
}

/**
 * Asks the server, over a connection of its own, to cancel what `client` is running. Resolves when that connection
 * has closed, so that a statement sent afterwards is not the one that is cancelled; never rejects, since the worst
 * case is a query that runs to its end.
 */
export function sendCancelRequest(client: Client, timeoutMs: number): Promise<void> {
  const target = client as unknown as CancelTarget
  const { processID, secretKey } = target
  if (processID === null || secretKey === null) return Promise.resolve()

  return new Promise((resolve) => {
    const connection = new pg.Connection({ ssl: target.ssl }) as unknown as CancelConnection
    const timer = setTimeout(() => connection.stream.destroy(), timeoutMs)
    const finish = () => {
      clearTimeout(timer)
      resolve()
    }
    const send = () => connection.cancel(processID, secretKey)
    connection.on('connect', () => (target.ssl === false ? send() : connection.requestSsl()))
    connection.on('sslconnect', send)
    connection.on('error', () => connection.stream.destroy())
    connection.on('end', finish)
    if (target.host.startsWith('/')) connection.connect(`${target.host}/.s.PGSQL.${target.port}`)
    else connection.connect(target.port, target.host)
  })
}

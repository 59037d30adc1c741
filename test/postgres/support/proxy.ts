import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** What a proxy does with the bytes that the server sends. */
export type Relay = (bytes: Buffer, toClient: Socket) => void

/** A TCP proxy in front of a server, for faults that a server does not make by itself. */
export interface Proxy extends AsyncDisposable {
  readonly url: string
  /** May be changed at any time. */
  relay: Relay
}

export const passOn: Relay = (bytes, toClient) => void toClient.write(bytes)

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect(Number(port), hostname)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (bytes) => upstream.write(bytes))
    upstream.on('data', (bytes: Buffer) => proxy.relay(bytes, client))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  const proxy: Proxy = {
    url: url.href,
    relay: passOn,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

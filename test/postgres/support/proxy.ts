import { setTimeout as sleep } from 'node:timers/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** What a proxy does with the bytes that one side sends. */
export type Relay = (bytes: Buffer, to: Socket) => void

/** A TCP proxy in front of a server, for faults that a server does not make by itself. */
export interface Proxy extends AsyncDisposable {
  readonly url: string
  /** What becomes of new connections: they may be cut at once, or taken and never answered. */
  newcomers: 'served' | 'cut' | 'ignored'
  /** Whether the server keeps its end of a connection that the client, or someone between them, has cut. */
  keepsServer: boolean
  /** May be changed at any time. */
  relay: Relay
  /** The same for what the client sends. */
  relayToServer: Relay
  /** Connections that are open. */
  readonly clients: ReadonlySet<Socket>
}

export const passOn: Relay = (bytes, to) => void to.write(bytes)

/** Passes bytes on late, each time by as many milliseconds as `delay` says, in order and cut in two. */
export function late(delay: () => number): Relay {
  const lines = new WeakMap<Socket, Promise<unknown>>()
  return (bytes, to) => {
    const at = Math.floor((bytes.length * delay()) / 5) % bytes.length
    const pass = async (before: Promise<unknown> | undefined): Promise<void> => {
      await before
      await sleep(delay())
      to.write(bytes.subarray(0, at))
      await sleep(delay())
      to.write(bytes.subarray(at))
    }
    lines.set(to, pass(lines.get(to)))
  }
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const clients = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    if (proxy.newcomers !== 'served') {
      sockets.add(client)
      client.on('error', () => {}).on('close', () => sockets.delete(client))
      if (proxy.newcomers === 'cut') client.resetAndDestroy()
      // Read, so that its end is noticed.
      else client.resume()
      return
    }
    const upstream = connect(Number(port), hostname)
    const drop = (other: Socket) => {
      if (other === client || !proxy.keepsServer) other.destroy()
    }
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => drop(other))
      socket.on('close', () => {
        sockets.delete(socket)
        drop(other)
      })
    }
    clients.add(client)
    client.on('close', () => clients.delete(client))
    client.on('data', (bytes: Buffer) => proxy.relayToServer(bytes, upstream))
    upstream.on('data', (bytes: Buffer) => proxy.relay(bytes, client))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  const proxy: Proxy = {
    url: url.href,
    newcomers: 'served',
    keepsServer: false,
    relay: passOn,
    relayToServer: passOn,
    clients,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** An HTTP server of this machine that takes JSON arrays and counts. */
export interface StandInApi {
  readonly url: string
  readonly received: { requests: number; items: number }
  close(): void
}

export async function startStandInApi(): Promise<StandInApi> {
  const received = { requests: 0, items: 0 }
  const server = createServer((request, response) => {
    readArray(request).then(
      (items) => {
        received.requests++
        received.items += items.length
        response.writeHead(204).end()
      },
      () => response.writeHead(400).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/users`,
    received,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function readArray(request: IncomingMessage): Promise<unknown[]> {
  const body: unknown = await json(request)
  if (!Array.isArray(body)) throw new TypeError('Not an array.')
  return body as unknown[]
}

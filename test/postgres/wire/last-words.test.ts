import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { hearLastWords } from '../../../src/pg/last-words.js'

/** A socket whose other end has said something and closed, which this end has not looked at yet. */
async function closedByServer(): Promise<Socket> {
  const server = createServer((socket) => socket.resume().end('terminating connection'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [other] = (await once(server, 'connection')) as [Socket]
  socket.pause()
  await once(other, 'finish')
  other.destroy()
  server.close()
  return socket
}

test('what the server has said before it closed the connection is read before a failure to write is told', async () => {
  const socket = await closedByServer()
  hearLastWords(socket)
  const told: string[] = []
  socket.on('data', (bytes) => told.push(bytes.toString()))
  socket.pause()
  // The first goes out; by the second the system knows that nobody is there.
  socket.write('a')
  await sleep(50)
  const failure = once(socket, 'error').catch((error: unknown) => [error])
  socket.write('b')
  socket.resume()
  const [error] = (await failure) as [NodeJS.ErrnoException]
  expect(error.syscall).toBe('write')
  expect(told).toEqual(['terminating connection'])
  await once(socket, 'close')
})

test('a failure to write is told though nothing is ever read', async () => {
  const socket = await closedByServer()
  hearLastWords(socket)
  socket.write('a')
  await sleep(50)
  socket.write('b')
  const [error] = (await once(socket, 'error').catch((error: unknown) => [error])) as [NodeJS.ErrnoException]
  expect(error.syscall).toBe('write')
})

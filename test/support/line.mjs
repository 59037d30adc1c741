/**
 * A line of some length to a server, on a thread of its own, where it goes on while `iterator()` blocks the one of the loop.
 * It counts what goes over it, from when a connection has logged in.
 */
import { connect, createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const { url, milliseconds, counts } = workerData
const [REQUESTS, OPEN, MOST, TRIPS] = [0, 1, 2, 3]
const target = new URL(url)

/** Calls `each` with the type of every whole message; the first of a client has none. */
function messages(hasType, each) {
  let waiting = Buffer.alloc(0)
  let isTyped = hasType
  return (bytes) => {
    waiting = Buffer.concat([waiting, bytes])
    for (;;) {
      const head = isTyped ? 1 : 0
      if (waiting.length < head + 4) return
      const size = head + waiting.readUInt32BE(head)
      if (waiting.length < size) return
      each(isTyped ? String.fromCharCode(waiting[0]) : '')
      isTyped = true
      waiting = waiting.subarray(size)
    }
  }
}

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ port: Number(target.port), host: target.hostname, noDelay: true })
  // After how many answers, each of which had to be waited for, a request could be made, and the last one was.
  const open = []
  let clock = 0
  const fromClient = messages(false, (type) => {
    if (type !== 'S' && type !== 'Q') return
    open.push(clock + 1)
    counts[REQUESTS]++
    counts[OPEN] = open.length
    counts[MOST] = Math.max(counts[MOST], open.length)
  })
  const fromServer = messages(true, (type) => {
    const trip = type === 'Z' ? open.shift() : undefined
    if (trip === undefined) return
    counts[OPEN] = open.length
    if (trip > clock) counts[TRIPS]++
    clock = Math.max(clock, trip)
  })
  client.on('data', (bytes) => {
    fromClient(bytes)
    setTimeout(() => upstream.write(bytes), milliseconds)
  })
  upstream.on('data', (bytes) => {
    setTimeout(() => {
      fromServer(bytes)
      client.write(bytes)
    }, milliseconds)
  })
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ]) {
    socket.on('error', () => {})
    socket.on('close', () => setTimeout(() => other.destroy(), milliseconds))
  }
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))

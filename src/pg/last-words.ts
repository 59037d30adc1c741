import type { Socket } from 'node:net'
import { clearTimeout, setTimeout } from '../real-timers.js'

/** What the server has sent is there already when writing fails; this is for a reader that never comes to an end. */
const LAST_WORDS_MS = 1000

type Done = (error?: Error | null) => void

interface WritableSocket {
  _write(chunk: unknown, encoding: BufferEncoding, done: Done): void
  _writev?(chunks: unknown[], done: Done): void
}

/**
 * Has a failure to write wait for what the server said before it closed the connection, such as that an administrator
 * has ended the session: the socket would be destroyed with that unread.
 */
export function hearLastWords(socket: Socket): void {
  const writable = socket as unknown as WritableSocket
  const write = writable._write.bind(socket)
  const writev = writable._writev?.bind(socket)
  const afterReading = (done: Done): Done => {
    return (error) => {
      if (error) whenRead(socket, () => done(error))
      else done()
    }
  }
  writable._write = (chunk, encoding, done) => write(chunk, encoding, afterReading(done))
  if (writev !== undefined) writable._writev = (chunks, done) => writev(chunks, afterReading(done))
}

/** Calls back when the socket has been read to its end, or is closed. */
function whenRead(socket: Socket, callback: () => void): void {
  if (socket.destroyed || socket.readableEnded) return callback()
  const end = () => {
    clearTimeout(timer)
    socket.off('end', end).off('close', end)
    callback()
  }
  const timer = setTimeout(end, LAST_WORDS_MS)
  socket.once('end', end).once('close', end)
}

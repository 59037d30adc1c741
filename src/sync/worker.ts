import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'
import type { SluiceConnection } from '../postgres/connection.js'
import { SluiceDriver } from '../postgres/driver.js'
import { Engine } from '../postgres/engine.js'
import {
  HEARTBEAT,
  HEARTBEAT_MS,
  type OpenMessage,
  type ShutdownMessage,
  type StreamAnswer,
  type StreamRequestMessage,
  type WorkerSettings,
} from './messages.js'
import { toWireError } from './wire-error.js'

/**
 * The worker thread of synchronous iteration: fetches chunks as bytes and transfers them; decoding is the calling
 * thread's work. Each stream has a port of its own, so that nested iterators do not wait for each other.
 */
const settings = workerData as WorkerSettings
const pulse = new Int32Array(settings.pulse)
setInterval(() => Atomics.add(pulse, HEARTBEAT, 1), HEARTBEAT_MS)
Atomics.add(pulse, HEARTBEAT, 1)

const driver = new SluiceDriver(
  new Engine({
    pool: new pg.Pool({ ...settings.connection, max: Number.MAX_SAFE_INTEGER }),
    acquireTimeoutMs: settings.acquireTimeoutMs,
    closeTimeoutMs: settings.closeTimeoutMs,
  }),
)

parentPort?.on('message', (message: OpenMessage | ShutdownMessage) => {
  if (message.type === 'shutdown') void driver.destroy().finally(() => process.exit(0))
  else serve(message)
})

/** Serves one stream: a chunk at once and one more for each `next`, until its end, an error or `close`. */
function serve({ port, answers, ...statement }: OpenMessage): void {
  const counter = new Int32Array(answers)
  const answer = (message: StreamAnswer, transfer: ArrayBuffer[] = []) => {
    port.postMessage(message, transfer)
    Atomics.add(counter, 0, 1)
    Atomics.notify(counter, 0)
  }
  const leaving = new AbortController()
  const stream = openStream()
  let turn = step()

  port.on('message', (request: StreamRequestMessage) => {
    if (request === 'close') leaving.abort()
    turn = turn.then(request === 'close' ? end : step)
  })

  async function openStream() {
    const connection = await driver.acquireConnection()
    const portal = connection.openPortal({
      ...statement,
      readAhead: false,
      signal: leaving.signal,
    })
    return { connection, portal }
  }

  async function step(): Promise<void> {
    try {
      const { connection, portal } = await stream
      let chunk = await portal.next()
      while (chunk?.count === 0) chunk = await portal.next()
      if (chunk === undefined) return await finish(connection, { type: 'end' })
      const bytes = new Uint8Array(chunk.segments.reduce((sum, segment) => sum + segment.length, 0))
      let at = 0
      for (const segment of chunk.segments) {
        bytes.set(segment, at)
        at += segment.length
      }
      answer({ type: 'chunk', bytes, count: chunk.count, fields: chunk.fields }, [bytes.buffer])
    } catch (error) {
      if (leaving.signal.aborted) return
      const { connection } = await stream.catch(() => ({ connection: undefined }))
      await finish(connection, { type: 'error', error: toWireError(error as Error) })
    }
  }

  async function end(): Promise<void> {
    const opened = await stream.catch(() => undefined)
    await opened?.portal.close().catch(() => {})
    await finish(opened?.connection, { type: 'end' })
  }

  async function finish(connection: SluiceConnection | undefined, last: StreamAnswer): Promise<void> {
    await connection?.release()
    answer(last)
    port.close()
  }
}

import { asError } from '../errors.js'
import { parentPort } from 'node:worker_threads'
import pg from 'pg'
import { sqlStateOf } from '../pg/database-error.js'
import { Engine } from '../connection/engine.js'
import { queryLimit } from '../connection/pipeline.js'
import { PoolConnections } from '../connection/pool-connections.js'
import { untilReplayed } from '../connection/replayed.js'
import { retrying, type HeldRetry } from '../connection/retry.js'
import { isRetryable } from '../connection/retryable.js'
import { queryMessages } from '../pg/protocol.js'
import { Portal } from '../portal/portal.js'
import type { StatementRequest } from '../request.js'
import { ByteBudget } from '../rows/byte-budget.js'
import { setInterval } from '../real-timers.js'
import {
  HEARTBEAT,
  HEARTBEAT_MS,
  type NextRequest,
  type OpenMessage,
  type RelatedRequest,
  type ShutdownMessage,
  type StreamAnswer,
  type StreamRequestMessage,
  type WorkerSettings,
} from './messages.js'
import { sessionSetUp } from './session-setup.js'
import { RawRows, type RawChunk } from './raw-rows.js'
import { toWireError } from './wire-error.js'

/**
 * The worker thread of synchronous iteration: fetches chunks as bytes and transfers them; decoding is the calling
 * thread's work. Each stream has a port of its own, so that nested iterators do not wait for each other.
 */
export function work(settings: WorkerSettings): void {
  const pulse = new Int32Array(settings.pulse)
  setInterval(() => Atomics.add(pulse, HEARTBEAT, 1), HEARTBEAT_MS)
  Atomics.add(pulse, HEARTBEAT, 1)

  Object.assign(pg.defaults, settings.defaults)
  const engine = new Engine(
    {
      pool: new pg.Pool({ ...settings.connection, max: Number.MAX_SAFE_INTEGER }),
      ...settings.limits,
      retry: settings.retry,
    },
    settings.lockTimeoutMs,
  )
  const connections = new PoolConnections(engine, { created: sessionSetUp(settings.workerSession) })

  parentPort?.on('message', (message: OpenMessage | ShutdownMessage) => {
    if (message.type === 'shutdown') void engine.close().finally(() => process.exit(0))
    else serve(connections, engine.retry, message)
  })
}

/** Serves one stream: a chunk at once and one more for each `next`, until its end, an error or `close`. */
function serve(
  connections: PoolConnections,
  retry: HeldRetry,
  { port, answers, request }: OpenMessage,
): void {
  const counter = new Int32Array(answers)
  const answer = (message: StreamAnswer, transfer: ArrayBuffer[] = []) => {
    port.postMessage(message, transfer)
    Atomics.add(counter, 0, 1)
    Atomics.notify(counter, 0)
  }
  const leaving = new AbortController()
  let stream: ReturnType<typeof openStream>
  let turn = step(begin)

  port.on('message', (asked: StreamRequestMessage) => {
    if (asked === 'close') leaving.abort()
    turn = turn.then(() => (asked === 'close' ? end() : 'statements' in asked ? run(asked) : next(asked)))
  })

  async function openStream() {
    const connection = await connections.take()
    let released: Promise<void> | undefined
    // Once only: it may be another stream's by then.
    const release = () => (released ??= connection.release())
    if (request.replay !== undefined) {
      await untilReplayed(connection, request.replay, leaving.signal).catch(async (error: unknown) => {
        await release()
        throw error
      })
    }
    const rows = new RawRows()
    // As much may be on its way to the other thread and in its hands.
    const held = { ...request, maxBytes: Math.ceil(request.maxBytes / 4) }
    const portal = new Portal(connection, held, {
      sink: rows,
      signal: leaving.signal,
      // At once: nobody may ever step it again.
      onClosed: () => void release(),
    })
    return { connection, portal, rows, release }
  }

  /** The first chunk, by another connection where the first one fails and that may help. */
  function begin(): Promise<RawChunk | undefined> {
    // Getting a connection is repeated by itself.
    let hasConnection = false
    const attempt = async () => {
      hasConnection = false
      stream = openStream()
      await stream
      hasConnection = true
      return nextChunk()
    }
    const { mayWrite } = request
    const isWorth = (error: Error) => hasConnection && !mayWrite && isRetryable(error, { mayWrite })
    return retrying(retry, attempt, isWorth, leaving.signal)
  }

  async function nextChunk(): Promise<RawChunk | undefined> {
    const { portal } = await stream
    let chunk = await portal.next()
    while (chunk?.count === 0) chunk = await portal.next()
    return chunk
  }

  async function next({ spent }: NextRequest): Promise<void> {
    if (spent !== undefined) (await stream).rows.giveBack(spent)
    return step()
  }

  async function step(take = nextChunk): Promise<void> {
    try {
      const chunk = await take()
      if (chunk === undefined) return await finish((await stream).release, { type: 'end' })
      send(chunk)
    } catch (error) {
      await fail(asError(error))
    }
  }

  /** Queries on the stream's connection, sent in one go; when one fails, so does the stream. */
  async function run({ statements, mostBytes }: RelatedRequest): Promise<void> {
    try {
      const { connection, portal } = await stream
      // Its connection may be another's: the step says by what it ended.
      if (portal.isClosing) return await step()
      const budget = new ByteBudget(mostBytes)
      const read = async ({ sql, parameters, formats }: StatementRequest) => {
        const messages = () => queryMessages(sql, parameters, formats)
        const limit = portal.limit ?? queryLimit(connection.engine.limits.queryTimeoutMs, sql)
        const sink = new RawRows(budget)
        await connection.roundTrip({
          ...{ owner: portal, sql, parameters, messages, sink, limit, early: true },
        })
        return sink
      }
      for (const answer of await Promise.allSettled(statements.map(read))) {
        if (answer.status === 'fulfilled') send(answer.value.take())
        // Only the fetch ahead can have aborted the transaction, and throws what it met.
        else if (sqlStateOf(answer.reason) === '25P02') return await step()
        else throw answer.reason
      }
    } catch (error) {
      await fail(asError(error), 'query')
    }
  }

  async function fail(error: Error, of: 'stream' | 'query' = 'stream'): Promise<void> {
    if (leaving.signal.aborted) return
    const opened = await stream.catch(() => undefined)
    await opened?.portal.abandon(error)
    await finish(opened?.release, { type: 'error', of, error: toWireError(error) })
  }

  function send(chunk: RawChunk): void {
    answer({ type: 'chunk', ...chunk }, [chunk.memory])
  }

  async function end(): Promise<void> {
    const opened = await stream.catch(() => undefined)
    await opened?.portal.close().catch(() => {})
    await finish(opened?.release, { type: 'end' })
  }

  async function finish(release: (() => Promise<void>) | undefined, last: StreamAnswer): Promise<void> {
    await release?.()
    answer(last)
    port.close()
  }
}

import { CompiledQuery, SingleConnectionProvider } from 'kysely'
import { asError } from '../../errors.js'
import { connectionUnlessAborted } from '../../kysely/abortable.js'
import type { SluiceConnection } from '../../kysely/connection.js'
import type { Binding } from '../../kysely/handle.js'
import { withOwnValues, withQueryTimeout, withSignal } from '../../kysely/read-request.js'
import { elapsed } from '../../real-timers.js'
import type { SessionSettings } from '../../session-settings.js'
import { run } from '../../transaction/statements.js'
import { setLocally } from '../../transaction/with-settings.js'
import { noCommonSnapshot } from './no-common-snapshot.js'

/** How often a transaction that waits for the loop says that it is not forgotten, in milliseconds. */
const STAY_EVERY_MS = 1000

/** How the transaction of a lane begins. */
export interface LaneOptions {
  /** The one to see, of another lane; without it the lane has one of its own, and exports it. */
  readonly snapshot?: string
  readonly settings: SessionSettings | undefined
  /** Calls it off until it has begun. */
  readonly signal: AbortSignal
}

/** A connection of the pool in a transaction of its own, which sees one snapshot until it ends. */
export class Lane {
  /** For what runs in it. */
  readonly binding: Binding
  /** What it sees. */
  readonly snapshot: string
  readonly #one: SluiceConnection
  readonly #end: () => void
  readonly #isBack: Promise<void>
  #heardAt = elapsed()

  private constructor(binding: Binding, one: SluiceConnection, snapshot: string, end: () => Promise<void>) {
    const executor = binding.executor.withConnectionProvider(new SingleConnectionProvider(one))
    this.binding = { ...binding, executor, isTransaction: true }
    this.#one = one
    this.snapshot = snapshot
    let ended: () => void = () => {}
    const isEnded = new Promise<void>((resolve) => (ended = resolve))
    this.#end = ended
    this.#isBack = isEnded.then(end)
  }

  /**
   * Takes a connection, and begins.
   *
   * @throws {@link ConnectionError}; {@link UsageError} where the snapshot is not there; the reason of the signal.
   */
  static open(binding: Binding, options: LaneOptions): Promise<Lane> {
    return new Promise((resolve, reject) => {
      let giveBack: () => void = () => {}
      const isDone = new Promise<void>((done) => (giveBack = done))
      const isBack = connectionUnlessAborted(binding.executor, options.signal, async (given) => {
        // On another dialect it was refused.
        const one = given as SluiceConnection
        try {
          const snapshot = await begin(one, options)
          const end = () => {
            giveBack()
            return isBack
          }
          resolve(new Lane(binding, one, snapshot, end))
          await isDone
        } finally {
          await endTransaction(one)
        }
      })
      isBack.catch(reject)
    })
  }

  /** The loop goes on: whatever the server does to idle transactions is not meant for this one. */
  stay(): void {
    if (elapsed() - this.#heardAt < STAY_EVERY_MS || this.#one.connection.isBusy) return
    this.#heardAt = elapsed()
    // What has become of the connection, the next fetch meets.
    run(this.#one, 'select').catch(() => {})
  }

  /** Ends the transaction, and gives the connection back. What is still under way is cancelled. */
  end(): Promise<void> {
    this.#end()
    return this.#isBack
  }
}

/** @returns the snapshot that it sees. */
async function begin(one: SluiceConnection, { snapshot, settings, signal }: LaneOptions): Promise<string> {
  const ms = one.connection.engine.limits.acquireTimeoutMs
  const send = async (sql: string) => {
    const query = withQueryTimeout(withOwnValues(CompiledQuery.raw(sql)), ms)
    return (await one.executeQuery<{ snapshot: string }>(withSignal(query, signal))).rows
  }
  let isImport = false
  try {
    await send('begin isolation level repeatable read read only')
    isImport = snapshot !== undefined
    if (isImport) await send(`set transaction snapshot '${snapshot}'`)
    isImport = false
    if (settings !== undefined) await setLocally(one, settings)
    if (snapshot !== undefined) return snapshot
    const [row] = await send('select pg_catalog.pg_export_snapshot() as snapshot')
    return row?.snapshot ?? ''
  } catch (error) {
    signal.throwIfAborted()
    throw noCommonSnapshot(asError(error), isImport, ms)
  }
}

/** Nothing was written: however it ends, there is nothing to be told of. */
async function endTransaction(one: SluiceConnection): Promise<void> {
  const { connection } = one
  await connection.cancelAll()
  if (connection.isLost || connection.status === 'I') return
  const limit = connection.destroyAfterCloseTimeout(() => 'ending a transaction of parallel()')
  await run(one, 'rollback').catch(() => {})
  limit.clear()
}

import { randomUUID } from 'node:crypto'
import { bindingOf, handleOf, type Binding } from '../../kysely/handle.js'
import { atomic } from '../../transaction/atomic.js'
import { statusOf, WALK_COLUMNS, type StoredWalk, type WalkStatus, type WalkStore } from './store.js'
import { WalkError } from './walk-error.js'

/** What a walk is begun with. */
export interface Beginning {
  readonly name: string
  /** Before its first row. */
  readonly checkpoint: string
  readonly estimate: number
  readonly leaseMs: number
}

/** What a batch has done. */
export interface Advance {
  readonly checkpoint: string
  readonly rows: number
  readonly skipped: number
  readonly isLast: boolean
}

/**
 * One walker's hold on a walk: a mark in its row, which holds until the lease is over by the server's clock. Whoever works on
 * a batch has locked the row as well, in the transaction of that batch, and only with the mark still there: one that
 * was thought to be gone cannot commit any more. No lock outlives a transaction, so that any pooler may be in between.
 */
export class Claim {
  readonly #store: WalkStore
  readonly #walker = randomUUID()
  readonly #beginning: Beginning

  constructor(store: WalkStore, beginning: Beginning) {
    this.#store = store
    this.#beginning = beginning
  }

  /**
   * Takes the walk, begun where it was not.
   *
   * @param check refuses a walk before it is taken.
   * @returns how far it is, and whether it was taken: not if it is completed.
   * @throws {@link WalkError} where another has it; what `check` throws.
   */
  take(
    check: (status: WalkStatus) => void,
  ): Promise<{ status: WalkStatus; isNew: boolean; isTaken: boolean }> {
    const { table } = this.#store
    const { name, checkpoint, estimate, leaseMs } = this.#beginning
    return atomic(handleOf(this.#store.binding), async (trx) => {
      const within = bindingOf(trx)
      const begun = await this.#store.ask(
        `INSERT INTO ${table} (name, checkpoint, estimate) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING name`,
        [name, checkpoint, estimate],
        within,
      )
      // One that is locked is in the midst of a batch.
      const [walk] = await this.#store.ask<StoredWalk>(
        `SELECT ${WALK_COLUMNS} FROM ${table} WHERE name = $1 FOR UPDATE SKIP LOCKED`,
        [name],
        within,
      )
      if (walk === undefined || (walk.is_held && walk.completed_at === null)) throw this.#taken()
      const status = statusOf(walk)
      check(status)
      if (walk.completed_at !== null) return { status, isNew: false, isTaken: false }
      await this.#store.ask(
        `UPDATE ${table} SET walker = $2, lease_until = ${LEASE}, failure = NULL WHERE name = $1`,
        [name, this.#walker, leaseMs],
        within,
      )
      return { status, isNew: begun.length > 0, isTaken: true }
    })
  }

  /** Locks the row for a batch, and says where that begins. @throws {@link WalkError} where the walk was taken over. */
  async lock(within: Binding): Promise<string> {
    const [walk] = await this.#store.ask<{ checkpoint: string }>(
      `SELECT checkpoint FROM ${this.#store.table} WHERE name = $1 AND walker = $2 FOR UPDATE`,
      [this.#beginning.name, this.#walker],
      within,
    )
    if (walk === undefined) throw this.#lost()
    return walk.checkpoint
  }

  /** Saves what a batch has done, in its transaction. */
  async advance(within: Binding, { checkpoint, rows, skipped, isLast }: Advance): Promise<WalkStatus> {
    const { name, leaseMs } = this.#beginning
    const end = isLast ? ', completed_at = clock_timestamp(), walker = NULL' : ''
    const [walk] = await this.#store.ask<StoredWalk>(
      `UPDATE ${this.#store.table}
       SET checkpoint = $4, rows = rows + $5::int8, skipped = skipped + $6::int8, failure = NULL, lease_until = ${LEASE},
           batches = batches + ($5::int8 > 0)::int, advanced_at = clock_timestamp()${end}
       WHERE name = $1 AND walker = $2
       RETURNING ${WALK_COLUMNS}`,
      [name, this.#walker, leaseMs, checkpoint, rows, skipped],
      within,
    )
    if (walk === undefined) throw this.#lost()
    return statusOf(walk)
  }

  /** Keeps the walk while it waits. @throws {@link WalkError} where it was taken over. */
  async renew(): Promise<void> {
    const { name, leaseMs } = this.#beginning
    const kept = await this.#store.ask(
      `UPDATE ${this.#store.table} SET lease_until = ${LEASE} WHERE name = $1 AND walker = $2 RETURNING name`,
      [name, this.#walker, leaseMs],
    )
    if (kept.length === 0) throw this.#lost()
  }

  /** Gives the walk back, so that another may take it at once. */
  async release(failure: string | null): Promise<void> {
    await this.#store.ask(
      `UPDATE ${this.#store.table} SET walker = NULL, lease_until = NULL, failure = $3 WHERE name = $1 AND walker = $2`,
      [this.#beginning.name, this.#walker, failure],
    )
  }

  #taken(): WalkError {
    return new WalkError(
      'WALK_TAKEN',
      `The walk "${this.#beginning.name}" is under way elsewhere. It is free when that ends, or ${this.#beginning.leaseMs} ms ` +
        'at the latest after its process is gone: give waitMs to wait for it.',
    )
  }

  #lost(): WalkError {
    return new WalkError(
      'WALK_LOST',
      `The walk "${this.#beginning.name}" is no longer this one's: it was taken over, since nothing was heard of this one for ` +
        'the time of its lease, or it was forgotten. What this batch did was rolled back.',
    )
  }
}

/** The third parameter is in milliseconds. */
const LEASE = `clock_timestamp() + $3::int8 * interval '1 millisecond'`

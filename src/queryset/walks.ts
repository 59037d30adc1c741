import type { Model, TablesOf } from '../query/model.js'
import { CallSite, fromCallSite } from './calls/call-site.js'
import { walkResumably, type Batch, type ResumableOptions } from './resumable.js'
import { Streams } from './streams.js'
import { heldWalkOptions, type WalkContext, type WalkOptions, type WalkResult } from './walk/walk-options.js'
import type { WalkBody } from './walk/batches.js'
import { walkByName } from './walk/walk.js'

/** What walks a table by many short reads, so that no transaction and no connection is kept between two batches. */
export abstract class Walks<M extends Model, R> extends Streams<R> {
  /**
   * Walks the rows by one short query for each batch, each behind the last row of the one before, and gives with each batch
   * what a later walk goes on from: `SELECT … WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT batchSize`.
   *
   * ```ts
   * for await (const { rows, checkpoint } of orders.orderBy('placedAt').resumable({ batchSize: 500, after: saved })) {
   *   await push(rows)
   *   await save(checkpoint)
   * }
   * ```
   *
   * No transaction stays open while the loop works. A batch is read when the loop asks for it, so that a walk sees rows
   * of different moments: {@link aiterator} has those of one. The order gets the primary key behind its fields, or else a
   * unique key without NULLs; `reverse()` walks it from its end. A batch that is shorter than `batchSize` is the last.
   *
   * A checkpoint is a string for URLs, which anyone can read: it has the values of the order's fields, exactly, and tells
   * this queryset's order and filter, values included, from others.
   *
   * @throws at the call {@link OptionError}; {@link PositionError} for a checkpoint that is cut, made up, of another queryset
   * or of a newer version; {@link UsageError} on a slice, after `distinct()`, `union()` and for groups, and where no key tells
   * rows apart. While iterating: {@link QueryError}, {@link SchemaDriftError} where the database no longer has a field
   * of the order, or the reason of the signal.
   */
  resumable(options: ResumableOptions = {}): AsyncIterableIterator<Batch<R>, undefined> {
    const site = new CallSite()
    // What one row is follows from the selection, which R follows as well.
    return walkResumably(this.binding, this.state, options, site) as AsyncIterableIterator<
      Batch<R>,
      undefined
    >
  }
  /**
   * Walks the rows in transactions, one for each batch, and saves in each how far the walk is: what the function writes by
   * `trx` takes effect just once, wherever the process ends. Called again, by whatever process, it goes on; once it is
   * completed, it does nothing.
   *
   * ```ts
   * const store = walkStore(db)
   * await orders.filter({ status: 'paid' }).walk({ name: 'send-invoices', store, signal }, async (rows, { trx }) => {
   *   await invoices.using(trx).bulkCreate(rows.map(({ id }) => ({ orderId: id })))
   * })
   * ```
   *
   * A walk is one walker's at a time. What the function does elsewhere, such as sending a mail, it may do again for a batch
   * that was not committed: at least once. It stops between two batches when `signal` is aborted, and resolves. Order, checkpoints
   * and what is refused are those of {@link resumable}.
   *
   * @throws {@link OptionError}; {@link UsageError} inside a transaction, with a store of another database or without its
   * table; {@link PositionError} where the walk of this name was begun by another queryset; {@link WalkError} where another
   * has it, has taken it over, or where halving has found a row that fails; what the function throws.
   */
  walk(
    options: WalkOptions<R, TablesOf<M>>,
    body: (rows: R[], context: WalkContext<TablesOf<M>>) => unknown,
  ): Promise<WalkResult> {
    return fromCallSite(async () => {
      // What rows and transactions are of does not matter to what hands them on.
      const held = heldWalkOptions(options as unknown as WalkOptions<unknown, never>)
      return walkByName(this.binding, this.state, held, body as unknown as WalkBody)
    })
  }
}

import { CallSite } from './calls/call-site.js'
import { walkResumably, type Batch, type ResumableOptions } from './resumable.js'
import { Streams } from './streams.js'

/** What walks a table by many short reads, so that no transaction and no connection is kept between two batches. */
export abstract class Walks<R> extends Streams<R> {
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
}

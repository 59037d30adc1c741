import { OptionError } from '../errors.js'
import { abortable } from '../kysely/abortable.js'
import type { Binding } from '../kysely/handle.js'
import { checkOptions, size } from '../options.js'
import type { Model } from '../query/model.js'
import type { QueryState } from '../query/state.js'
import type { AsyncRows } from '../iterate/async-rows.js'
import { CallSite, fromCallSite } from './calls/call-site.js'
import type { ParallelOptions } from './parallel/options.js'
import { parallelRows } from './parallel/parallel.js'
import {
  PARTITIONS_CHECKS,
  partitionsOf,
  restoredPartition,
  type PartitionsOptions,
  type PartitionState,
} from './partition/partitions.js'
import { Terminals } from './terminals.js'

/** A queryset of a part of another's rows, which goes to other processes as a string. */
export type Partition<Q> = {
  /**
   * A string for URLs, which anyone can read, for {@link QuerySet.partition} of the same queryset: `JSON.stringify` calls it.
   *
   * @throws {@link UsageError} for one by ctid.
   */
  toJSON(): string
} & Q

/**
 * What parts its rows.
 *
 * @typeParam Q the querysets that have them.
 */
export abstract class Partitioned<M extends Model, R, Q> extends Terminals<M, R> {
  /**
   * So many querysets that have all rows of this one, each once: of ranges of the primary key, or else of a unique key
   * without NULLs, with about as many rows in each, whatever the keys are like. With `by: 'partitions'`, and where there is no
   * key, of groups of the partitions that the table itself has, each of which the planner reads alone; else without a key, of
   * ranges of blocks by `ctid`, which hold within one snapshot.
   *
   * ```ts
   * const parts = await events.filter({ kind: 'click' }).partitions(8)
   * await Promise.all(parts.map(async (part) => { for await (const event of part.aiterator()) … }))
   * ```
   *
   * The ranges are told from all rows that the filter leaves, or in large tables from a sample of their blocks, by
   * `TABLESAMPLE SYSTEM`. Rows that come to be later are of the range that their key is in. They keep the order of this
   * queryset, each by itself; where there are fewer rows than parts some are empty.
   *
   * @throws {@link OptionError}; {@link UsageError} on a slice, after `distinct()`, `union()`, for groups and for rows with a
   * window, without a key for what has no blocks, and by partitions that are by hash or an expression; {@link QueryError};
   * the reason of the signal.
   */
  partitions(parts: number, options: PartitionsOptions = {}): Promise<Partition<Q>[]> {
    return fromCallSite(() => {
      const problem = size(parts)
      if (problem !== undefined) throw new OptionError(`The number of partitions() ${problem}.`)
      const { by, signal } = checkOptions(options, PARTITIONS_CHECKS, 'partitions')
      const call = signal === undefined ? {} : { signal }
      return abortable(this.binding, call, async (binding) =>
        (await partitionsOf(binding, this.state, parts, by)).map((each) => this.#partition(each)),
      )
    })
  }

  /**
   * One of the partitions of this queryset by what its `toJSON()` gave, in this or another process.
   *
   * @throws {@link PositionError} for what is none of them: cut, made up, of another queryset or key, or of a newer version.
   */
  partition(token: string): Partition<Q> {
    return this.#partition(restoredPartition(this.state, token))
  }

  /**
   * Streams the rows in so many parts at once, each on a connection of its own, all by one snapshot: each row once, and nothing
   * that is committed later. Batches have rows as they come, from whichever part, or those of one part after the other.
   *
   * ```ts
   * for await (const batch of events.parallel({ partitions: 4 })) await push(batch)
   * ```
   *
   * The parts are those of {@link partitions}; `ordered: true` reads ranges of this queryset's order. The first transaction
   * exports its snapshot, `pg_export_snapshot()`, and the others import it: `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET
   * TRANSACTION SNAPSHOT '…'`. All have begun before the first batch, and all end when the loop ends, however it does.
   *
   * @throws at the call {@link OptionError}; {@link UsageError} inside a transaction, with a pool of fewer connections than
   * `concurrency` and one more, and for what {@link partitions} does not take. While iterating: {@link QueryError} with the
   * rows delivered so far, also where a connection is not free within `acquireTimeoutMs`; {@link DecodeError};
   * {@link UsageError} where connections do not lead to the same server; or the signal's reason.
   */
  parallel(options: ParallelOptions): AsyncRows<R[]> {
    const site = new CallSite()
    // What one row is follows from the selection, which R follows as well.
    return parallelRows(this.binding, this.state, options, site) as AsyncRows<R[]>
  }

  #partition({ state, token }: PartitionState): Partition<Q> {
    // A queryset is made of each.
    const made = this.made(state, this.binding) as Q & object
    return Object.defineProperty(made, 'toJSON', { value: token }) as Partition<Q>
  }

  /** What another state is asked by. @internal */
  protected abstract made(state: QueryState, binding: Binding): object
}

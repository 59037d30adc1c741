import { abortableWrite, type CallOptions } from '../kysely/abortable.js'
import { bindingOf, handleOf, type Binding, type KyselyHandle } from '../kysely/handle.js'
import { abortSignal, anything, checkOptions, type OptionChecks } from '../options.js'
import type { Model } from '../query/model.js'
import { withoutScopes } from '../query/scoped/table-scope.js'
import { change, initialState } from '../query/state.js'
import { signalAmong } from '../queryset/calls/call-options.js'
import { fromCallSite } from '../queryset/calls/call-site.js'
import { QuerySet } from '../queryset/queryset.js'
import type { SchemaMap } from '../schema/places.js'
import { SchemaRegistry } from '../schema/registry.js'
import { known } from '../shape/known.js'
import type { TableSchema } from '../schema/table.js'
import { bulkCreate } from '../write/bulk-create.js'
import { bulkUpdate } from '../write/bulk-update.js'
import { linkOf } from '../query/related/linked.js'
import { LinkedRows, type KeyOrRow, type LinkedRowsOf, type ToManyName } from './linked-rows.js'
import { create, findOrCreate } from '../write/create.js'
import { merge } from '../write/merge/merge.js'
import type { MergedRow, MergeOptions, MergeOutcomes, MergeWithOutcomes } from '../write/merge/options.js'
import type {
  BulkOptions,
  IgnoreConflicts,
  RefuseConflicts,
  UpdateConflicts,
  UpdateSomeConflicts,
  WithOutcomes,
} from '../write/options.js'
import type { OutcomeCounts, RowOutcome } from '../write/upsert/outcomes.js'
import type { ChangedRow, CreateDefaults, Defaults, NewRows, NewRowStream } from '../write/rows.js'

interface CreateOptions extends CallOptions {
  readonly createDefaults?: unknown
}

const CREATE_CHECKS: OptionChecks<CreateOptions> = { createDefaults: anything, signal: abortSignal }

/**
 * The rows of one table, as Django's manager: it has every method of a queryset, and caches nothing itself. Generated
 * classes extend it, one per table and view.
 *
 * @typeParam M the table's generated types.
 */
export abstract class Repository<M extends Model> extends QuerySet<M> {
  /**
   * @param table the table as data, or its qualified name among `schemas`.
   * @throws {@link UsageError} when the Kysely instance is of another database than PostgreSQL.
   */
  constructor(kysely: KyselyHandle, table: string, schemas: SchemaRegistry)
  constructor(kysely: KyselyHandle, table: TableSchema, schemas?: SchemaRegistry)
  constructor(
    kysely: KyselyHandle,
    table: TableSchema | string,
    schemas = new SchemaRegistry(typeof table === 'string' ? [] : [table]),
  ) {
    const binding = bindingOf(kysely)
    const isPlaced = schemas.isPlaced || binding.schema === undefined
    const placed = isPlaced ? schemas : schemas.withSchema(binding.schema)
    // Most of a large database's repositories are never asked for anything.
    super(binding, () => initialState(typeof table === 'string' ? placed.table(table) : known(table), placed))
  }

  /** The table as data. */
  get schema(): TableSchema {
    return this.state.table
  }

  /**
   * This repository on another Kysely instance or transaction. A subclass with a constructor of its own must take the
   * same arguments as the generated one.
   */
  override using(kysely: KyselyHandle): this {
    const { schema } = bindingOf(kysely)
    const { schemas } = this.state
    return this.#made(kysely, schema === undefined ? schemas : schemas.withSchema(schema))
  }

  /** This repository on the tables of another schema; else as the queryset's. */
  override withSchema(schemas: SchemaMap): this {
    return this.#made(handleOf(this.binding), this.state.schemas.withSchema(schemas))
  }

  /** This repository with rows that are out of scope, to read and to write; else as the queryset's. */
  override unscoped(...names: readonly string[]): this {
    return this.#made(handleOf(this.binding), this.state.schemas, withoutScopes(this.state, names))
  }

  #made(kysely: KyselyHandle, schemas: SchemaRegistry, unscoped = this.state.unscoped): this {
    // A generated class takes these, as its subclasses must.
    const constructor = this.constructor as new (kysely: KyselyHandle, schemas: SchemaRegistry) => this
    const made = new constructor(kysely, schemas)
    if (unscoped !== made.state.unscoped) made.state = change(made.state, { unscoped })
    return made
  }

  /**
   * Inserts a row and returns it as it is in the table, defaults included: `INSERT … VALUES … RETURNING …`.
   *
   * @throws {@link FieldError} for an unknown field, one that the server alone fills, or `undefined`;
   * {@link EncodeError} for a value that the column cannot hold; {@link IntegrityError} when a constraint refuses.
   */
  create(values: M['insert'], options?: CallOptions): Promise<M['row']> {
    // RETURNING has every column, as M's row does.
    return this.#write(options, (binding) => create(binding, this.state, values)) as Promise<M['row']>
  }

  /**
   * Inserts rows: `INSERT … SELECT … FROM unnest($1, …)`, with one parameter per column. Fields that a row does not
   * give get the column's default. An array's rows are returned in its order; of any other iterable, which is read
   * batch by batch so that a stream of any length can be piped in, and with `ignoreConflicts`, their number is.
   *
   * Of an iterable, without conflicts to handle, rows behind the first batch go by `COPY … FROM STDIN (FORMAT binary)`
   * where the server says that they come out as by INSERT; the first batch is of 1,000 rows then.
   *
   * All of it is one transaction, unless a `batchSize` is given; inside a transaction of the caller's, a failure after
   * the first rows leaves nothing to do but to roll that one back. An iterable that reads from the same database needs a
   * connection of its own beside it, or `using(trx)` for both.
   *
   * @throws as `create`; {@link OptionError} for wrong options; {@link UsageError} with `updateConflicts` for two rows
   * with the same key, among an array's or within 250,000 rows of an iterable.
   */
  bulkCreate(rows: NewRows<M>, options?: RefuseConflicts | UpdateConflicts<M>): Promise<M['row'][]>
  bulkCreate(
    rows: NewRows<M> | NewRowStream<M>,
    options: IgnoreConflicts<M> | UpdateSomeConflicts<M>,
  ): Promise<number>
  bulkCreate(rows: NewRowStream<M>, options?: RefuseConflicts | UpdateConflicts<M>): Promise<number>
  bulkCreate(rows: NewRows<M>, options: WithOutcomes<M>): Promise<RowOutcome<M['row']>[]>
  bulkCreate(rows: NewRowStream<M>, options: WithOutcomes<M>): Promise<OutcomeCounts>
  bulkCreate(rows: NewRows<M> | NewRowStream<M>, options: BulkOptions = {}): Promise<unknown> {
    return this.#write(signalAmong(options), (binding) => bulkCreate(binding, this.state, rows, options))
  }

  /**
   * Has the rows of the table be as those that are given: `MERGE INTO … USING (SELECT … FROM unnest($1, …)) AS excluded ON …
   * WHEN … THEN …`. How many were written; with `outcomes` those that were.
   *
   * ```ts
   * await products.merge(rows, {
   *   on: ['sku'],
   *   whenMatched: { where: { price: { ne: excluded('price') } }, updateFields: ['price'] },
   *   whenNotMatched: 'insert',
   *   whenNotMatchedBySource: { where: { supplierId: 5 }, then: 'delete' },
   * })
   * ```
   *
   * It does not wait for who is inserting the same key, as `bulkCreate` with `updateConflicts` does: the key's violation is
   * an error then. PostgreSQL 15; `whenNotMatchedBySource` and `outcomes` 17.
   *
   * @throws as `create`; {@link OptionError} for wrong options; {@link UsageError} for two rows with the same key, among an
   * array's or within 250,000 rows of an iterable, and on a server that is older.
   */
  merge(rows: Iterable<MergedRow<M>> | AsyncIterable<MergedRow<M>>, options: MergeOptions<M>): Promise<number>
  merge(
    rows: Iterable<MergedRow<M>> | AsyncIterable<MergedRow<M>>,
    options: MergeWithOutcomes<M>,
  ): Promise<MergeOutcomes<M['row']>>
  merge(
    rows: Iterable<MergedRow<M>> | AsyncIterable<MergedRow<M>>,
    options: MergeOptions<M> | MergeWithOutcomes<M>,
  ): Promise<unknown> {
    return this.#write(signalAmong(options), (binding) => merge(binding, this.state, rows, options))
  }

  /**
   * Sets `fields` of many rows, each found by its primary key, and returns how many were there:
   * `UPDATE … FROM unnest($1, …) WHERE key = …`. Other properties of the rows are not looked at. Iterables are read
   * batch by batch; all of it is one transaction, unless a `batchSize` is given.
   *
   * @throws as `update`; {@link UsageError} for two rows with the same key, among an array's or within 250,000 rows of
   * an iterable, and for a table without a primary key.
   */
  bulkUpdate<F extends keyof M['update'] & string>(
    rows: Iterable<ChangedRow<M, F>> | AsyncIterable<ChangedRow<M, F>>,
    fields: readonly F[],
    options: BulkOptions = {},
  ): Promise<number> {
    return this.#write(signalAmong(options), (binding) =>
      bulkUpdate(binding, this.state, rows, fields, options),
    )
  }

  /**
   * The row with the lookup's values, or a new one of them and the defaults, and whether it was created. Calls at the
   * same time get the same row, if a unique key covers the lookup; inside a transaction it stays usable.
   *
   * ```ts
   * const [user, created] = await users.getOrCreate({ email: 'ada@example.com' }, { name: 'Ada' })
   * ```
   *
   * @throws {@link MultipleObjectsReturned} when several rows match; otherwise as `create`.
   */
  getOrCreate<L extends Partial<M['insert']>>(
    lookup: L,
    ...rest: [...Defaults<M, L>, options?: CallOptions]
  ): Promise<[row: M['row'], created: boolean]> {
    return this.#findOrCreate('getOrCreate', lookup, rest)
  }

  /**
   * The row with the lookup's values after its fields were set to `defaults`, or a new one of both, and whether it was
   * created. Calls at the same time write the same row, if a unique key covers the lookup. With `createDefaults` a new
   * row gets these in place of `defaults`:
   *
   * ```ts
   * await users.updateOrCreate({ email }, { lastSeenAt: now }, { createDefaults: { name, lastSeenAt: now } })
   * ```
   *
   * @throws {@link MultipleObjectsReturned} when several rows match; otherwise as `create`.
   */
  updateOrCreate<L extends Partial<M['insert']>>(
    lookup: L,
    ...rest: [...Defaults<M, L>, options?: CallOptions]
  ): Promise<[row: M['row'], created: boolean]>
  updateOrCreate<L extends Partial<M['insert']>>(
    lookup: L,
    defaults: Partial<M['insert']>,
    options: CreateDefaults<M, L>,
  ): Promise<[row: M['row'], created: boolean]>
  updateOrCreate(lookup: object, ...rest: readonly unknown[]): Promise<[row: M['row'], created: boolean]> {
    return this.#findOrCreate('updateOrCreate', lookup, rest)
  }

  #findOrCreate(method: 'getOrCreate' | 'updateOrCreate', lookup: object, rest: readonly unknown[]) {
    // As the methods that are called have it.
    const [defaults, given = {}] = rest as [unknown, CreateOptions?]
    const found = fromCallSite(() => {
      const { createDefaults, ...options } = checkOptions(given, CREATE_CHECKS, method)
      return abortableWrite(this.binding, options, (binding) =>
        findOrCreate(binding, this.state, method, lookup, defaults, createDefaults),
      )
    })
    // Whole rows, as those of `create`.
    return found as Promise<[M['row'], boolean]>
  }

  /**
   * The rows that a relation to many leads to from one row, to be linked and unlinked:
   *
   * ```ts
   * await products.link(product, 'categories').add([garden, kitchen], { values: { isPrimary: false } })
   * await products.link(product.id, 'categories').set([1, 2, 3]) // { added: 1, removed: 2 }
   * ```
   *
   * The row and those linked to it are given as rows or by their keys.
   *
   * @throws {@link FieldError} for a relation that is not there and for what is no row or key; {@link UsageError} for a
   * relation to one row, and for views.
   */
  link<const Name extends ToManyName<M>>(row: KeyOrRow<M>, relation: Name): LinkedRowsOf<M, Name> {
    const { table, schemas } = this.state
    return new LinkedRows(this.binding, linkOf(table, schemas, relation, row))
  }

  #write<T>(options: CallOptions | undefined, write: (binding: Binding) => Promise<T>): Promise<T> {
    return fromCallSite(() => abortableWrite(this.binding, options, write))
  }

  /** A repository lives as long as its service, so every evaluation is a new one. @internal */
  protected override rows(options?: CallOptions): Promise<M['row'][]> {
    return this.all().toArray(options)
  }
}

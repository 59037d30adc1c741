import type { KyselyHandle } from '../postgres/kysely-handle.js'
import { sourceOf } from '../postgres/kysely-handle.js'
import type { Model } from '../query/model.js'
import { initialState } from '../query/state.js'
import { QuerySet } from '../queryset/queryset.js'
import type { SchemaRegistry } from '../schema/registry.js'
import type { TableSchema } from '../schema/table.js'

/**
 * The rows of one table, as Django's manager: it has every method of a queryset, and caches nothing itself. Generated
 * classes extend it, one per table and view.
 *
 * @typeParam M the table's generated types.
 */
export abstract class Repository<M extends Model> extends QuerySet<M> {
  /** The table as data. */
  readonly schema: TableSchema

  /** @throws {@link UsageError} when the Kysely instance is not on sluice's dialect. */
  constructor(kysely: KyselyHandle, schema: TableSchema, schemas?: SchemaRegistry) {
    super(sourceOf(kysely), initialState(schema, schemas))
    this.schema = schema
  }

  /**
   * This repository on another Kysely instance or transaction. A subclass with a constructor of its own must take the
   * same arguments as the generated one.
   */
  override using(kysely: KyselyHandle): this {
    const constructor = this.constructor as new (kysely: KyselyHandle, schemas: SchemaRegistry) => this
    return new constructor(kysely, this.state.schemas)
  }

  /** A repository lives as long as its service, so every evaluation is a new one. @internal */
  protected override rows(): Promise<M['row'][]> {
    return this.all().toArray()
  }
}

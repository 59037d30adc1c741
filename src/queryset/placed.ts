import { bindingOf, type KyselyHandle } from '../kysely/handle.js'
import type { Model } from '../query/model.js'
import { withoutScopes } from '../query/scoped/table-scope.js'
import { change, inSchemas, refuseAfter } from '../query/state.js'
import type { SchemaMap } from '../schema/places.js'
import { Partitioned } from './partitioned.js'

/**
 * Where a queryset runs, and in which schemas: it stays what it is.
 *
 * @typeParam M the table's generated types.
 * @typeParam R what one row of the result is.
 * @typeParam Q the querysets that are made of it.
 */
export abstract class Placed<M extends Model, R, Q> extends Partitioned<M, R, Q> {
  /** The same query on another Kysely instance or transaction. */
  using(kysely: KyselyHandle): this {
    const binding = bindingOf(kysely)
    const { schema } = binding
    return this.made(schema === undefined ? this.state : inSchemas(this.state, schema), binding) as this
  }

  /**
   * The same query on the tables of another schema, `withSchema('tenant_1')`, with all that it leads to. What has one of
   * its own keeps that, and tables outside the default schema stay, unless named by schema, table or type:
   * `withSchema({ public: 'tenant_1', 'public.countries': 'public' })`.
   *
   * @throws {@link UsageError} for what is no name of a schema, and for a schema, table or type that is not known here.
   */
  withSchema(schemas: SchemaMap): this {
    return this.made(inSchemas(this.state, schemas), this.binding) as this
  }

  /**
   * The same query with rows that are out of scope, where {@link extendRepositories} has given the table one: without all of
   * its scopes, or without those of these names. It is about the rows of the queryset itself: those that relations lead to stay
   * within the scopes of their tables, back to this table as well. Defaults of new rows stay.
   *
   * @throws {@link UsageError} for a name that no scope of the table has, on a slice, and after `union()` and its like.
   */
  unscoped(...names: readonly string[]): this {
    refuseAfter(this.state, 'unscoped', 'slice', 'union')
    const unscoped = withoutScopes(this.state, names)
    return this.made(change(this.state, { unscoped }), this.binding) as this
  }
}

import type { Model, ToOne } from '../../query/model.js'
import type { Loaded, RelationName } from './relation-types.js'

/** A table of whose rows some relations are prefetched under names of their own, along which paths go on. */
export type WithAliases<M extends Model, Wanted> = [Exclude<keyof Wanted, RelationName<M>>] extends [never]
  ? M
  : M & {
      readonly aliases: {
        readonly [Name in Exclude<keyof Wanted, RelationName<M>>]: Alias<
          Loaded<M, keyof Wanted[Name] & RelationName<M>>
        >
      }
    }

/** A row that the queryset of an alias may have left out. */
type Alias<Relation> = Relation extends { readonly kind: 'one'; readonly model: infer T extends Model }
  ? ToOne<T, true>
  : Relation

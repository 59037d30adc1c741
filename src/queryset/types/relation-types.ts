import type { Model } from '../../query/model.js'

/** The relations of a table. */
type Relations<M extends Model> = NonNullable<M['relations']>

/** Those that were prefetched under names of their own. */
type Aliases<M extends Model> = NonNullable<M['aliases']>

/** The names of a table's relations. */
export type RelationName<M extends Model> = keyof Relations<M> & string

/** The names under which rows of others may be in its rows. */
export type LoadedName<M extends Model> = RelationName<M> | (keyof Aliases<M> & string)

/** The relation that a name stands for. */
export type Loaded<M extends Model, Name extends LoadedName<M>> =
  Name extends RelationName<M> ? Relations<M>[Name] : Name extends keyof Aliases<M> ? Aliases<M>[Name] : never

/** The names of its relations to at most one row. */
export type ToOneName<M extends Model> = {
  [Name in RelationName<M>]: Relations<M>[Name] extends { readonly kind: 'one' } ? Name : never
}[RelationName<M>]

/** Names that the compiler's messages list one by one: looked up in it, they are no alias any more. */
export type Listed<Names extends string> = { readonly [Name in Names]: Name }

/** The table that a relation leads to. */
export type Target<M extends Model, Name extends LoadedName<M>> =
  Loaded<M, Name> extends {
    readonly model: infer T extends Model
  }
    ? T
    : never

/** A path of to-one relations if it is one, else the names that could stand in its place. */
export type ToOnePath<M extends Model, Path extends string> =
  Path extends ToOneName<M>
    ? Path
    : Path extends `${infer Head}.${infer Rest}`
      ? Head extends ToOneName<M>
        ? `${Head}.${ToOnePath<Target<M, Head>, Rest>}`
        : Listed<ToOneName<M>>[ToOneName<M>]
      : Listed<ToOneName<M>>[ToOneName<M>]

/** A path of relations if it is one, else the names that could stand in its place. */
export type RelationPath<M extends Model, Path extends string> =
  Path extends LoadedName<M>
    ? Path
    : Path extends `${infer Head}.${infer Rest}`
      ? Head extends LoadedName<M>
        ? `${Head}.${RelationPath<Target<M, Head>, Rest>}`
        : Listed<LoadedName<M>>[LoadedName<M>]
      : Listed<LoadedName<M>>[LoadedName<M>]

/**
 * What prefetching by querysets adds to rows `R`: the rows of each, or a row that its filter may leave out; relations of
 * theirs that were prefetched by their paths stay. Under a name of its own, `{ published: { posts: … } }`, they are there.
 */
export type Prefetched<M extends Model, R, Wanted> = {
  -readonly [Name in keyof Wanted]: Name extends RelationName<M>
    ? PrefetchedRows<M, Name, Wanted[Name], Name extends keyof R ? R[Name] : never>
    : {
        [Of in keyof Wanted[Name] & RelationName<M>]: PrefetchedRows<M, Of, Wanted[Name][Of], never>
      }[keyof Wanted[Name] & RelationName<M>]
}

type PrefetchedRows<M extends Model, Name extends RelationName<M>, Queryset, Present> =
  Queryset extends AsyncIterable<infer Row>
    ? Relations<M>[Name] extends { readonly kind: 'many' }
      ? WithPresent<Target<M, Name>, Row, Present>[]
      : WithPresent<Target<M, Name>, Row, Present> | null
    : never

type WithPresent<M extends Model, Row, Present> = [Present] extends [never]
  ? Row
  : NonNullable<Present> extends infer Before
    ? Before extends readonly (infer Each)[]
      ? Row & Pick<Each, Exclude<keyof Each & RelationName<M>, keyof Row>>
      : Row & Pick<Before, Exclude<keyof Before & RelationName<M>, keyof Row>>
    : never

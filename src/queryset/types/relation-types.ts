import type { Model } from '../../query/model.js'

/** The relations of a table. */
type Relations<M extends Model> = NonNullable<M['relations']>

/** The names of a table's relations. */
export type RelationName<M extends Model> = keyof Relations<M> & string

/** The names of its relations to at most one row. */
export type ToOneName<M extends Model> = {
  [Name in RelationName<M>]: Relations<M>[Name] extends { readonly kind: 'one' } ? Name : never
}[RelationName<M>]

/** Names that the compiler's messages list one by one: looked up in it, they are no alias any more. */
export type Listed<Names extends string> = { readonly [Name in Names]: Name }

/** The table that a relation leads to. */
export type Target<M extends Model, Name extends RelationName<M>> = Relations<M>[Name] extends {
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
  Path extends RelationName<M>
    ? Path
    : Path extends `${infer Head}.${infer Rest}`
      ? Head extends RelationName<M>
        ? `${Head}.${RelationPath<Target<M, Head>, Rest>}`
        : Listed<RelationName<M>>[RelationName<M>]
      : Listed<RelationName<M>>[RelationName<M>]

/**
 * What prefetching by querysets adds to rows `R`: the rows of each, or a row that its filter may leave out; relations of
 * theirs that were prefetched by their paths stay.
 */
export type Prefetched<M extends Model, R, Querysets> = {
  [Name in keyof Querysets & RelationName<M>]: Querysets[Name] extends AsyncIterable<infer Row>
    ? Relations<M>[Name] extends { readonly kind: 'many' }
      ? WithPresent<Target<M, Name>, Row, Name extends keyof R ? R[Name] : never>[]
      : WithPresent<Target<M, Name>, Row, Name extends keyof R ? R[Name] : never> | null
    : never
}

type WithPresent<M extends Model, Row, Present> = [Present] extends [never]
  ? Row
  : NonNullable<Present> extends infer Before
    ? Before extends readonly (infer Each)[]
      ? Row & Pick<Each, Exclude<keyof Each & RelationName<M>, keyof Row>>
      : Row & Pick<Before, Exclude<keyof Before & RelationName<M>, keyof Row>>
    : never

import type { Model } from '../query/model.js'

/** The relations of a table. */
type Relations<M extends Model> = NonNullable<M['relations']>

/** The names of a table's relations. */
export type RelationName<M extends Model> = keyof Relations<M> & string

/** The names of its relations to at most one row. */
type ToOneName<M extends Model> = {
  [Name in RelationName<M>]: Relations<M>[Name] extends { readonly kind: 'one' } ? Name : never
}[RelationName<M>]

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
        : ToOneName<M>
      : ToOneName<M>

/** A path of relations if it is one, else the names that could stand in its place. */
export type RelationPath<M extends Model, Path extends string> =
  Path extends RelationName<M>
    ? Path
    : Path extends `${infer Head}.${infer Rest}`
      ? Head extends RelationName<M>
        ? `${Head}.${RelationPath<Target<M, Head>, Rest>}`
        : RelationName<M>
      : RelationName<M>

/** What paths add to a row: `author.company` adds `author`, whose row has `company`. */
export type Related<M extends Model, Path extends string> = UnionToIntersection<
  Path extends `${infer Head}.${infer Rest}`
    ? Head extends RelationName<M>
      ? { [Name in Head]: RelatedValue<M, Head, Related<Target<M, Head>, Rest>> }
      : never
    : Path extends RelationName<M>
      ? { [Name in Path]: RelatedValue<M, Path, unknown> }
      : never
>

/** What prefetching by querysets adds to a row: the rows of each, or a row that its filter may leave out. */
export type Prefetched<M extends Model, Querysets> = {
  [Name in keyof Querysets & RelationName<M>]: Querysets[Name] extends AsyncIterable<infer Row>
    ? Relations<M>[Name] extends { readonly kind: 'many' }
      ? Row[]
      : Row | null
    : never
}

/** A row or null, or an array of rows, as the relation has it. */
type RelatedValue<
  M extends Model,
  Name extends RelationName<M>,
  More,
  Row = Target<M, Name>['row'] & More,
> = Relations<M>[Name] extends { readonly kind: 'many' }
  ? Row[]
  : Relations<M>[Name] extends { readonly nullable: false }
    ? Row
    : Row | null

type UnionToIntersection<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  whole: infer Whole,
) => void
  ? Whole
  : never

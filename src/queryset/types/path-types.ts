import type { Model } from '../../query/model.js'
import type { Field } from './field-types.js'
import type { Listed, Loaded, LoadedName, RelationName, Target, ToOneName } from './relation-types.js'

/** One type in place of what it is put together from, as an editor shows it. */
export type Flat<T> = T extends infer Parts ? { [Name in keyof Parts]: Parts[Name] } : never

/** The properties of the primary key. */
type Key<M extends Model> = M['key'] & keyof M['row']

/** What was annotated. */
type Annotations<M extends Model> = M extends { readonly annotations: infer A } ? A : unknown

/** A path of a field, along relations to one row, if it is one; else what could stand in its place. */
export type FieldPath<M extends Model, Path extends string> =
  Path extends Field<M>
    ? Path
    : Path extends `${infer Head}.${infer Rest}`
      ? Head extends ToOneName<M>
        ? `${Head}.${FieldPath<Target<M, Head>, Rest>}`
        : Listed<FieldChoice<M>>[FieldChoice<M>]
      : Listed<FieldChoice<M>>[FieldChoice<M>]

/** The names of what groups have; `never` where rows are no groups. */
export type Groups<M extends Model> = M extends { readonly groups: infer Names extends string }
  ? Names
  : never

/** A path of what rows have: of groups no other than what they were made by, and what was computed from them. */
export type RowPath<M extends Model, Path extends string> = [Groups<M>] extends [never]
  ? FieldPath<M, Path>
  : Path extends Groups<M> | `${Groups<M>}.${string}`
    ? Path
    : Listed<Groups<M>>[Groups<M>]

/** The fields of a table and of the rows next to it. */
type FieldChoice<M extends Model> = Field<M> | NextField<M>

/** The fields of the rows that relations to one row lead to. */
export type NextField<M extends Model> = {
  [Name in ToOneName<M>]: `${Name}.${Field<Target<M, Name>>}`
}[ToOneName<M>]

/**
 * The same with a minus before it for descending; as templates, which are inferred from strings alone: expressions and
 * objects may stand beside them.
 */
export type OrderPath<M extends Model, Path extends string> = Path extends (
  [Groups<M>] extends [never] ? Field<M> : Groups<M>
)
  ? `${Path}`
  : Path extends `-${infer Rest}`
    ? `-${RowPath<M, Rest>}`
    : `${RowPath<M, Path>}`

/** The first relations of paths. */
type Head<M extends Model, Path extends string> =
  Path extends Field<M> ? never : Path extends `${infer First}.${string}` ? First & RelationName<M> : never

/** How the paths that go along a relation go on. */
type After<First extends string, Path extends string> = Path extends `${First}.${infer Rest}` ? Rest : never

/** Whether a relation may lead to no row. */
type MayMiss<M extends Model, Name extends LoadedName<M>> =
  Loaded<M, Name> extends {
    readonly nullable: false
  }
    ? false
    : true

/** Rows with some of their fields: keys, annotations and what is joined or prefetched stay. */
export type OnlyRow<M extends Model, R, Path extends string> =
  OnlyParts<M, R, Path> extends infer Parts ? Flat<Parts> : never

type OnlyParts<M extends Model, R, Path extends string> = Pick<M['row'], (Path & keyof M['row']) | Key<M>> &
  Annotations<M> &
  Omit<Pick<R, keyof R & LoadedName<M>>, Head<M, Path>> & {
    [Name in Head<M, Path>]:
      | OnlyRow<Target<M, Name>, Name extends keyof R ? NonNullable<R[Name]> : object, After<Name, Path>>
      | (MayMiss<M, Name> extends true ? null : never)
  }

/** Rows without some of their fields: keys stay. */
export type DeferRow<M extends Model, R, Path extends string> =
  DeferParts<M, R, Path> extends infer Parts ? Flat<Parts> : never

type DeferParts<M extends Model, R, Path extends string> = Omit<
  R,
  Exclude<Path, M['key']> | Head<M, Path>
> & {
  [Name in Head<M, Path> & keyof R]:
    DeferRow<Target<M, Name>, NonNullable<R[Name]>, After<Name, Path>> | Extract<R[Name], null>
}

/** Rows of exactly these fields; those of related rows are in objects, whose values are NULL where there is no row. */
export type ValuesRow<M extends Model, Path extends string, Nullable = never> =
  ValuesParts<M, Path, Nullable> extends infer Parts ? Flat<Parts> : never

type ValuesParts<M extends Model, Path extends string, Nullable> = {
  [Name in Path & keyof M['row']]: M['row'][Name] | Nullable
} & {
  [Name in Head<M, Path>]: ValuesRow<
    Target<M, Name>,
    After<Name, Path>,
    Nullable | (MayMiss<M, Name> extends true ? null : never)
  >
}

/** Rows with what is joined along paths, one after the other. */
export type JoinedRow<M extends Model, R, Paths extends readonly string[]> = Paths extends readonly [
  infer Path extends string,
  ...infer Rest extends readonly string[],
]
  ? JoinedRow<M, Joined<M, R, Path>, Rest>
  : Paths extends readonly []
    ? Flat<R>
    : Joined<M, R, Paths[number]>

/** Rows with the relation of a path, and in its rows the rest: what is there already stays as it is. */
type Joined<M extends Model, R, Path extends string> =
  Path extends LoadedName<M>
    ? Path extends keyof R
      ? R
      : Flat<R & { [Name in Path]: RelatedValue<M, Name, Target<M, Name>['row']> }>
    : Path extends `${infer First}.${infer Rest}`
      ? First extends LoadedName<M>
        ? Flat<
            Omit<R, First> & {
              [Name in First]: RelatedValue<M, Name, Joined<Target<M, Name>, Present<M, R, Name>, Rest>>
            }
          >
        : never
      : never

/** The rows of a relation as they are there already, or whole ones. */
type Present<M extends Model, R, Name extends LoadedName<M>> = Name extends keyof R
  ? NonNullable<R[Name]> extends readonly (infer Row)[]
    ? Row
    : NonNullable<R[Name]>
  : Target<M, Name>['row']

/** A row or null, or an array of rows, as the relation has it. */
type RelatedValue<M extends Model, Name extends LoadedName<M>, Row> =
  Loaded<M, Name> extends {
    readonly kind: 'many'
  }
    ? Row[]
    : MayMiss<M, Name> extends true
      ? Row | null
      : Row

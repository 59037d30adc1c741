import type {
  Aggregated,
  Calculated,
  Coalesced,
  Expressed,
  MadeOf,
  Named,
  OneOf,
  OrNull,
  Strict,
} from '../../query/expression/expression-types.js'
import type { Model } from '../../query/model.js'
import type { End } from './expression-values.js'
import type { FieldPath } from './path-types.js'

/**
 * The paths of an argument that lead nowhere on a table; `never` where all of them lead to a value.
 *
 * @typeParam Many whether they may go along relations to many rows, as those of an aggregate do.
 */
export type UnknownPath<M extends Model, A, Many extends boolean = false> =
  A extends Expressed<infer T>
    ? UnknownIn<M, T, Many>
    : A extends string
      ? string extends A
        ? never
        : Many extends true
          ? End<M, A> extends { readonly field: unknown }
            ? never
            : A
          : A extends FieldPath<M, A>
            ? never
            : A
      : never

type UnknownIn<M extends Model, T, Many extends boolean> =
  T extends Named<infer Path>
    ? UnknownPath<M, Path, Many>
    : T extends MadeOf<unknown, infer Args> | Strict<unknown, infer Args>
      ? UnknownPath<M, Args[number], Many>
      : T extends Coalesced<infer Args>
        ? UnknownPath<M, Args[number], Many>
        : T extends OneOf<infer Args>
          ? UnknownPath<M, Args[number], Many>
          : T extends OrNull<infer A>
            ? UnknownPath<M, A, Many>
            : T extends Calculated<infer Left, infer Right>
              ? UnknownPath<M, Left | Right, Many>
              : T extends Aggregated<string, infer Of, object>
                ? UnknownRows<M, Of>
                : never

/** An aggregate is over rows as well. */
type UnknownRows<M extends Model, Of> = Of extends string
  ? string extends Of
    ? never
    : End<M, Of> extends { readonly model: Model }
      ? never
      : Of
  : UnknownPath<M, Of, true>

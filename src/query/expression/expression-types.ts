/**
 * What an expression gives, for the compiler: a description that is looked up in the types of a table once it is known
 * which that is. Nothing of it exists at run time.
 */

/** An expression, by what it gives. */
export interface Expressed<T = unknown> {
  /** For the compiler alone: it is never there. */
  readonly gives: T
}

/** A field by its path. */
export interface Named<Path extends string> {
  readonly path: Path
}

/** A value of this type, whatever the table. */
export interface Fixed<Value> {
  readonly gives: Value
}

/** A value of this type, whatever the arguments are. */
export interface MadeOf<Value, Args extends readonly unknown[]> {
  readonly made: Value
  readonly of: Args
}

/** A value of this type, NULL where any argument is. */
export interface Strict<Value, Args extends readonly unknown[]> {
  readonly strict: Value
  readonly of: Args
}

/** One of the arguments, NULL where all of them are. */
export interface Coalesced<Args extends readonly unknown[]> {
  readonly coalesced: Args
}

/** A value of an argument's type. */
export type ArgumentOf<A> = OneOf<[A]>

/** One of the arguments. */
export interface OneOf<Args extends readonly unknown[]> {
  readonly oneOf: Args
}

/** An argument, or NULL. */
export interface OrNull<Arg> {
  readonly orNull: Arg
}

/** What an operator makes of two arguments. */
export interface Calculated<Left, Right> {
  readonly left: Left
  readonly right: Right
}

/** What an aggregate makes of what a path or an expression stands for. */
export interface Aggregated<F extends string, Of, Options> {
  readonly aggregate: F
  readonly of: Of
  readonly options: Options
}

/** A value that is not known before it is part of another query. */
export interface OfOuterRow<Path extends string> {
  readonly outer: Path
}

/** A value that stands for itself in an expression. */
export type Literal = number | bigint | boolean | Date | Uint8Array | null

/**
 * What an expression is made of: the path of a field, `author.name` across relations to one row; another expression; or
 * a value. A string that is a value goes into `value()`.
 */
export type Argument = string | Literal | Expressed

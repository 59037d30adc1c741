/**
 * Methods that are refused after another, so that calling them does not compile. Each is there as `never`, and what has
 * them is a queryset like any other to all that takes one.
 */

/** After `slice()`: what they would change counts within the slice. Call `slice()` last. */
export interface AfterSlice {
  readonly filter: never
  readonly exclude: never
  readonly orderBy: never
  readonly reverse: never
  readonly distinct: never
  readonly dates: never
  readonly annotate: never
  readonly last: never
  readonly latest: never
  readonly earliest: never
  readonly inBulk: never
  readonly update: never
  readonly delete: never
  readonly unscoped: never
}

/** After `union()` and its like, which have no table to look into: call them on what is combined. */
export interface AfterUnion {
  readonly filter: never
  readonly exclude: never
  readonly distinct: never
  readonly dates: never
  readonly annotate: never
  readonly only: never
  readonly defer: never
  readonly selectRelated: never
  readonly selectForUpdate: never
  readonly inBulk: never
  readonly toKysely: never
  readonly update: never
  readonly delete: never
  readonly unscoped: never
}

/** What an aggregate computes; each is the function of PostgreSQL by that name. */
export type AggregateFunction =
  'count' | 'sum' | 'avg' | 'min' | 'max' | 'arrayAgg' | 'stringAgg' | 'boolAnd' | 'boolOr'

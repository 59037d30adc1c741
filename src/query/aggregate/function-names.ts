/** Aggregates of two numbers, of which the first depends on the second. */
export type PairFunction =
  | ('corr' | 'covarPop' | 'covarSamp')
  | ('regrAvgX' | 'regrAvgY' | 'regrCount' | 'regrIntercept' | 'regrR2')
  | ('regrSlope' | 'regrSxx' | 'regrSxy' | 'regrSyy')

/** What an aggregate computes; each is the function of PostgreSQL by that name. */
export type AggregateFunction =
  | ('count' | 'sum' | 'avg' | 'min' | 'max' | 'arrayAgg' | 'stringAgg' | 'boolAnd' | 'boolOr')
  | ('bitAnd' | 'bitOr' | 'bitXor' | 'jsonbAgg' | 'anyValue')
  | ('stddevPop' | 'stddevSamp' | 'varPop' | 'varSamp')
  | PairFunction

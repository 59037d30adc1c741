import { FieldError } from '../../errors.js'
import { computed } from '../expression/computed.js'
import type { Argument, Expressed, MadeOf } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { floatArgument } from '../functions/math.js'
import { Aggregate } from './functions.js'
import type { AggregateFunction, PairFunction } from './function-names.js'
import type { AggregateOptions } from './options.js'
import { checkOptions, anything, flag } from '../../options.js'

/** Options of what is computed of a sample or of all there is. */
export interface SampleOptions extends AggregateOptions {
  /** Whether the rows are a sample of more. Default: false, they are all. */
  readonly sample?: boolean
}

/** The standard deviation: `stddev_pop(…)`, of a sample `stddev_samp(…)`. A number; `null` without values. */
export const stdDev = ofSample('stddevPop', 'stddevSamp', 'stdDev')

/** The variance: `var_pop(…)`, of a sample `var_samp(…)`. A number; `null` without values. */
export const variance = ofSample('varPop', 'varSamp', 'variance')

/** How far two numbers go together, from -1 to 1: `corr(y, x)`. `null` without rows in which both are. */
export const corr = ofPairs('corr')

/** The covariance: `covar_pop(y, x)`. */
export const covarPop = ofPairs('covarPop')
/** The covariance of a sample: `covar_samp(y, x)`. */
export const covarSamp = ofPairs('covarSamp')
/** The average of x in rows where both are: `regr_avgx(y, x)`. */
export const regrAvgX = ofPairs('regrAvgX')
/** The average of y. */
export const regrAvgY = ofPairs('regrAvgY')
/** The number of rows in which both are; 0 without any. */
export const regrCount = ofPairs('regrCount')
/** Where the line nearest to all points meets x = 0. */
export const regrIntercept = ofPairs('regrIntercept')
/** The square of the correlation. */
export const regrR2 = ofPairs('regrR2')
/** The slope of the line nearest to all points. */
export const regrSlope = ofPairs('regrSlope')
/** The sum of squares of x. */
export const regrSxx = ofPairs('regrSxx')
/** The sum of products of x and y. */
export const regrSxy = ofPairs('regrSxy')
/** The sum of squares of y. */
export const regrSyy = ofPairs('regrSyy')

function ofSample<All extends AggregateFunction, Sample extends AggregateFunction>(
  all: All,
  ofSample: Sample,
  method: string,
) {
  return <const P extends string | Expressed, const O extends object = object>(
    path: P,
    options?: O & SampleOptions,
  ): Aggregate<All, P, Omit<O, 'sample'>> => {
    const checks = { sample: flag, filter: anything, distinct: flag }
    const { sample = false, ...others } = checkOptions<SampleOptions>(
      options ?? {},
      checks,
      method,
      FieldError,
    )
    // Both give the same, so that one name stands for either.
    return new Aggregate(sample ? ofSample : all, path, others) as unknown as Aggregate<
      All,
      P,
      Omit<O, 'sample'>
    >
  }
}

/** Two numbers as the arguments of one aggregate. */
type Pair<Y, X> = QueryExpression<MadeOf<number, [Y, X]>>

function ofPairs<F extends PairFunction>(name: F) {
  return <const Y extends Argument, const X extends Argument, const O extends object = object>(
    y: Y,
    x: X,
    options?: O & AggregateOptions,
  ): Aggregate<F, Pair<Y, X>, O> => {
    const pair: Pair<Y, X> = new QueryExpression([y, x], (target) => {
      const args = [y, x].map((each) => floatArgument(target, each, name))
      const label = args.map(({ property }) => property).join(', ')
      return computed({ label, type: 'float8' }, { kind: 'sql', parts: ['', ', ', ''], args }, args)
    })
    // Without options O is `object`.
    return new Aggregate(name, pair, options ?? ({} as O))
  }
}

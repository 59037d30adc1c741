import { recognise, version } from '../../copies.js'
import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import { refuseTooDeep } from '../too-deep.js'
import { calculate, type Operator } from './arithmetic.js'
import type { Argument, Calculated, Expressed } from './expression-types.js'
import { isExpression, RESOLVE, type ExpressionTarget, type Resolvable } from './resolve.js'

type Resolve = (target: ExpressionTarget, wanted: TypeSchema | undefined) => ColumnSchema

/**
 * A value that the server computes, as `ref('price').times('quantity')` or `lower('email')`: it stands wherever a value
 * does, in filters, annotations, orders, values, updates and other expressions. It is bound to no table: `annotate` and
 * the others look its paths up and check it. The idea and the names are Django's query expressions.
 *
 * @typeParam T what it gives.
 */
export class QueryExpression<out T = unknown> implements Resolvable, Expressed<T> {
  /** For the compiler alone. */
  declare readonly gives: T
  /** Whether there is an aggregate in it. */
  readonly aggregates: boolean
  /** What it is made of. */
  readonly args: readonly unknown[]
  readonly #resolve: Resolve

  /** @internal Expressions come from functions such as `ref` and `lower`. */
  constructor(args: readonly unknown[], resolve: Resolve, aggregates = args.some(hasAggregate)) {
    this.args = args
    this.aggregates = aggregates
    this.#resolve = resolve
  }

  /** The sum of two numbers, or a moment so much later: `ref('startsAt').plus(value('1 day', 'interval'))`. */
  plus<const B extends Argument>(other: B): QueryExpression<Calculated<this, B>> {
    return this.#calculated('+', other)
  }

  /** The difference of two numbers, of two moments as an interval, or a moment so much earlier. */
  minus<const B extends Argument>(other: B): QueryExpression<Calculated<this, B>> {
    return this.#calculated('-', other)
  }

  /** The product of two numbers, or an interval so many times. */
  times<const B extends Argument>(other: B): QueryExpression<Calculated<this, B>> {
    return this.#calculated('*', other)
  }

  /** The quotient; of integers the integer that it is cut to, as in PostgreSQL. */
  dividedBy<const B extends Argument>(other: B): QueryExpression<Calculated<this, B>> {
    return this.#calculated('/', other)
  }

  /** The remainder, with the sign of the first. */
  modulo<const B extends Argument>(other: B): QueryExpression<Calculated<this, B>> {
    return this.#calculated('%', other)
  }

  /** As a key of `orderBy`, ascending: NULLs last unless said otherwise. */
  asc({ nulls }: NullsOption = {}): OrderExpression {
    return new OrderExpression(this, false, nulls)
  }

  /** As a key of `orderBy`, descending: NULLs first unless said otherwise. */
  desc({ nulls }: NullsOption = {}): OrderExpression {
    return new OrderExpression(this, true, nulls)
  }

  /** What it is on a table. */
  [RESOLVE](target: ExpressionTarget, wanted?: TypeSchema): ColumnSchema {
    return refuseTooDeep('The expression', () => this.#resolve(target, wanted))
  }

  #calculated<B>(operator: Operator, other: B): QueryExpression<Calculated<this, B>> {
    return new QueryExpression([this, other], (target, wanted) =>
      calculate(target, operator, this, other, wanted),
    )
  }
}

/** Where NULLs are to come. */
export interface NullsOption {
  /** Where NULLs come. Default: PostgreSQL's, last when ascending and first when descending. */
  readonly nulls?: 'first' | 'last'
}

/** An expression as a key of `orderBy`. */
export class OrderExpression {
  /** What is sorted by. */
  readonly expression: QueryExpression
  /** From the greatest to the least. */
  readonly descending: boolean
  /** Where NULLs come; undefined: PostgreSQL's default. */
  readonly nulls: 'first' | 'last' | undefined

  /** @internal */
  constructor(expression: QueryExpression, descending: boolean, nulls: 'first' | 'last' | undefined) {
    if (nulls !== undefined && !['first', 'last'].includes(nulls)) {
      throw new FieldError(`The order's nulls come 'first' or 'last', not ${JSON.stringify(nulls)}.`)
    }
    this.expression = expression
    this.descending = descending
    this.nulls = nulls
  }
}

recognise({ QueryExpression, OrderExpression }, `@${version}`)

function hasAggregate(argument: unknown): boolean {
  return isExpression(argument) && argument.aggregates
}

import type { Expression, ExpressionBuilder } from 'kysely'
import { UsageError } from '../../errors.js'
import { calling, computed } from '../expression/computed.js'
import type { Fixed } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { parseTypedExpression } from '../filter/parse-expression.js'
import { typeByName, type SqlTypeName, type SqlTypeValue } from './sql-types.js'

/** What `expr` is given: Kysely's expression builder on all tables, by their names in SQL. */
export type ExprCallback<DB, Own extends keyof DB = keyof DB> = (
  eb: ExpressionBuilder<DB, Own>,
) => Expression<unknown>

/**
 * Anything else that PostgreSQL computes, by Kysely's expression builder and a type: columns are those of the table, named
 * as in SQL, and subqueries may take from all others.
 *
 * ```ts
 * users.annotate({ initial: expr('text', (eb) => eb.fn('left', ['name', eb.lit(1)])) })
 * ```
 *
 * With its type the builder knows all tables: `(eb: ExpressionBuilder<DB, 'users'>) => eb.selectFrom('posts')…`.
 *
 * The value may be NULL as far as the types know; `coalesce` says otherwise.
 *
 * @throws {@link FieldError} where it is used, for a column that the table does not have, and an unknown type.
 */
export function expr<
  const Name extends SqlTypeName,
  DB = Record<string, Record<string, unknown>>,
  Own extends keyof DB = keyof DB,
>(type: Name, callback: ExprCallback<DB, Own>): QueryExpression<Fixed<SqlTypeValue<Name> | null>> {
  const named = typeByName(type, 'expr()')
  return new QueryExpression([], (target) => {
    if (target.lookUp !== undefined) {
      throw new UsageError(
        'expr() names columns as in SQL, and beside a path to related rows does not tell which: annotate() it before.',
      )
    }
    const node = parseTypedExpression(target.table, type, callback)
    return computed({ label: `expr('${type}', …)`, type: named, nullable: true }, { kind: 'freeHand', node })
  })
}

/** A number from 0 to below 1, another for each row: `random()`. */
export function random(): QueryExpression<Fixed<number>> {
  return new QueryExpression([], () => calling('random', { type: 'float8', nullable: false }, []))
}

/** A random UUID of version 4, another for each row: `gen_random_uuid()`. */
export function uuid4(): QueryExpression<Fixed<string>> {
  return new QueryExpression([], () => calling('gen_random_uuid', { type: 'uuid', nullable: false }, []))
}

/** A UUID of version 7, which begins with the time: `uuidv7()` of PostgreSQL 18. */
export function uuid7(): QueryExpression<Fixed<string>> {
  return new QueryExpression([], () => calling('uuidv7', { type: 'uuid', nullable: false }, []))
}

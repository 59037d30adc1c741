import { sql } from 'kysely'
import type { WindowClause } from '../../query/expression/computed.js'
import type { Sql } from '../compile.js'
import { orderSql, orderTerms } from '../order.js'
import type { Scope } from '../scope.js'

/** `OVER (PARTITION BY … ORDER BY … ROWS BETWEEN …)`. */
export function overClause(scope: Scope, { partitionBy, order, frame }: WindowClause): Sql {
  const parts: Sql[] = []
  if (partitionBy.length > 0)
    parts.push(sql`partition by ${sql.join(partitionBy.map((each) => scope.columnRef(each)))}`)
  if (order.length > 0) parts.push(sql`order by ${sql.join(orderTerms(scope, order).map(orderSql))}`)
  if (frame !== undefined) parts.push(sql.raw(frame))
  return sql` over (${sql.join(parts, sql` `)})`
}

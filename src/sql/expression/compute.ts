import { ExpressionWrapper, sql } from 'kysely'
import { UsageError } from '../../errors.js'
import type { Computed } from '../../query/expression/computed.js'
import type { RelationSchema } from '../../schema/table.js'
import { typeName } from '../cast.js'
import type { Sql } from '../compile.js'
import { compileCondition, joinedOn, relatedSource } from '../condition.js'
import type { Scope } from '../scope.js'
import { compileAggregate } from './aggregate.js'
import { compileExpression } from './free-hand-expression.js'
import { overClause } from './window.js'

/** A computed value as SQL, on the rows of `scope` or on groups of them. */
export function compute(scope: Scope, column: Computed): Sql {
  const { node } = column
  switch (node.kind) {
    case 'aggregate':
      return compileAggregate(scope, column.over, node.aggregate)
    case 'related':
      return relatedValue(scope, node.path, (target) => target.columnRef(node.column))
    case 'operand':
      return sql`cast(${node.operand} as ${typeName(scope, column.type)})`
    case 'sql': {
      const args = node.args.map((each) => scope.columnRef(each))
      return sql.join(
        node.parts.map((part, index) => sql`${sql.raw(part)}${args[index] ?? sql``}`),
        sql``,
      )
    }
    case 'cast':
      return sql`cast(${scope.columnRef(node.of)} as ${typeName(scope, column.type)})`
    case 'condition':
      // Where it is unknown it does not hold.
      return sql`((${compileCondition(scope, node.condition)}) is true)`
    case 'window':
      return sql`${scope.columnRef(node.of)}${overClause(scope, node.window)}`
    case 'subquery': {
      const { state, nodeOf, reach } = node.query
      const rows = new ExpressionWrapper(nodeOf(state, scope.schemas, reach > 0 ? scope : undefined))
      return node.form === 'scalar' ? sql`${rows}` : sql`${sql.raw(node.form)} ${rows}`
    }
    case 'outer':
      return scope.above(node.levels).columnRef(node.column)
    case 'outerRef':
      throw new UsageError(
        `outerRef('${node.path}') stands for a row of another query: give the queryset that it is in to subquery(), ` +
          'exists() or "in".',
      )
    case 'freeHand':
      return sql`(${compileExpression(scope, node.node)})`
    case 'excluded':
      return sql`${sql.id('excluded', node.column.name)}`
  }
}

/** A value of the one row that relations lead to: of rows that are joined, or by a subquery where none can be. */
function relatedValue(scope: Scope, path: readonly RelationSchema[], value: (target: Scope) => Sql): Sql {
  const [relation, ...rest] = path
  if (relation === undefined) return value(scope)
  const joined = scope.joined(relation, (target) => joinedOn(scope, target, relation))
  if (joined !== undefined) return relatedValue(joined, rest, value)
  const { target, from, belongs } = relatedSource(scope, relation)
  const found = relatedValue(target, rest, value)
  return sql`(select ${found} from ${from} where ${belongs})`
}

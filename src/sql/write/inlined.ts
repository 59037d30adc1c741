import { ExpressionWrapper, OperationNodeTransformer, sql, type OperationNode, type ValueNode } from 'kysely'
import { escapeLiteral } from 'pg'
import { encodedParameter, type Sql } from '../compile.js'

/** A part of a statement with its parameters written out, where the server takes constants alone. */
export function inlined(part: Sql): Sql {
  return sql`${new ExpressionWrapper(new Inlining().transformNode(part.toOperationNode()))}`
}

class Inlining extends OperationNodeTransformer {
  // Of a value node becomes another: the transformer takes what it is given.
  protected override transformValue({ value }: ValueNode): ValueNode {
    const node: OperationNode = literal(encodedParameter(value))
    return node as ValueNode
  }
}

/** Operands are sent as text or bytes. */
function literal(value: unknown): OperationNode {
  if (value === null) return sql`null`.toOperationNode()
  const text = Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : `${value as string}`
  return sql.raw(escapeLiteral(text)).toOperationNode()
}

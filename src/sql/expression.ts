import {
  ExpressionWrapper,
  OperationNodeTransformer,
  TableNode,
  type Expression,
  type OperationNode,
  type ReferenceNode,
} from 'kysely'
import { OWN_TABLE } from '../query/filter/expression-references.js'
import type { Scope } from './scope.js'

/** A free-hand expression within a statement: its references go by the table's alias there. */
export function compileExpression(scope: Scope, node: OperationNode): Expression<unknown> {
  return new ExpressionWrapper(new OwnReferences(scope.alias).transformNode(node))
}

class OwnReferences extends OperationNodeTransformer {
  readonly #alias: TableNode

  constructor(alias: string) {
    super()
    this.#alias = TableNode.create(alias)
  }

  protected override transformReference(node: ReferenceNode): ReferenceNode {
    return node.table === OWN_TABLE ? { ...node, table: this.#alias } : node
  }
}

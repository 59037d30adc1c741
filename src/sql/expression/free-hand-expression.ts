import {
  ColumnNode,
  ExpressionWrapper,
  OperationNodeTransformer,
  TableNode,
  type CommonTableExpressionNameNode,
  type Expression,
  type OperationNode,
  type QueryId,
  type ReferenceNode,
  type SelectQueryNode,
} from 'kysely'
import { OWN_TABLE, sourcesOf } from '../../query/filter/expression-references.js'
import type { Scope } from '../scope.js'

/** A free-hand expression within a statement: its references go by the table's alias there, its tables by their places. */
export function compileExpression(scope: Scope, node: OperationNode): Expression<unknown> {
  return new ExpressionWrapper(new ExpressionPlaces(scope).transformNode(node))
}

class ExpressionPlaces extends OperationNodeTransformer {
  readonly #scope: Scope
  readonly #alias: TableNode
  /** The names of WITH, which hide those of tables. */
  #hidden: ReadonlySet<string> = new Set()
  /** The names of what subselects take from, which hide those of tables further out. */
  #sources: readonly string[] = []

  constructor(scope: Scope) {
    super()
    this.#scope = scope
    this.#alias = TableNode.create(scope.alias)
  }

  protected override transformReference(node: ReferenceNode): ReferenceNode {
    const scope = node.table === OWN_TABLE ? this.#scope : this.#outerScope(node.table)
    if (scope === undefined) return node
    const table = scope === this.#scope ? this.#alias : TableNode.create(scope.alias)
    if (node.column.kind !== 'ColumnNode') return { ...node, table }
    return { ...node, table, column: ColumnNode.create(scope.nameOfColumn(node.column.column.name)) }
  }

  protected override transformSelectQuery(node: SelectQueryNode, queryId?: QueryId): SelectQueryNode {
    const [before, sources] = [this.#hidden, this.#sources]
    this.#sources = [...sources, ...sourcesOf(node)]
    const names = (node.with?.expressions ?? []).map(({ name }) => name.table.table.identifier.name)
    if (names.length > 0) this.#hidden = new Set([...before, ...names])
    try {
      return super.transformSelectQuery(node, queryId)
    } finally {
      this.#hidden = before
      this.#sources = sources
    }
  }

  protected override transformCommonTableExpressionName(node: CommonTableExpressionNameNode) {
    return node
  }

  /** A row further out that is referred to by its table's name, which has an alias there. */
  #outerScope(table: TableNode | undefined): Scope | undefined {
    const { schema, identifier } = table?.table ?? {}
    if (identifier === undefined || schema !== undefined || this.#sources.includes(identifier.name))
      return undefined
    let { outer } = this.#scope
    while (outer !== undefined && outer.table.name !== identifier.name) outer = outer.outer
    return outer
  }

  /** Tables of subselects are qualified like all others; a name with a schema of its own stays what it is. */
  protected override transformTable(node: TableNode): TableNode {
    const { table, schemas } = this.#scope
    const { schema, identifier } = node.table
    const { name } = identifier
    if (schema !== undefined || this.#hidden.has(name)) return node
    const place = name === table.name ? schemas.placeOf(table) : schemas.schemaOfUnqualified(name)
    return place === undefined || place === '' ? node : TableNode.createWithSchema(place, name)
  }
}

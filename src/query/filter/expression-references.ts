import { choicesOf } from '../../choices.js'
import {
  AliasNode,
  OperationNodeTransformer,
  type ReferenceNode,
  TableNode,
  type OperationNode,
  type QueryId,
  type SelectQueryNode,
} from 'kysely'
import { FieldError } from '../../errors.js'
import type { TableSchema } from '../../schema/table.js'
import { known } from '../../shape/known.js'
import { isComputed } from '../expression/computed.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** Stands for the table that an expression is about, until the statement says under which alias it is there. */
export const OWN_TABLE = known(TableNode.create(''))

/**
 * Finds the references of an expression that mean the table it is about, `age` and `users.age` alike, and has them
 * refer to {@link OWN_TABLE}.
 *
 * @throws {@link FieldError} for a column that the table does not have.
 */
export class ExpressionReferences extends OperationNodeTransformer {
  readonly #table: TableSchema
  /** Set within a subselect, whose own tables come first: whether one of them has the name of the outer table. */
  #within: { readonly hidden: boolean } | undefined

  constructor(table: TableSchema) {
    super()
    this.#table = table
  }

  protected override transformReference(node: ReferenceNode): ReferenceNode {
    const named = node.table !== undefined && isNamed(node.table, this.#table)
    const own = this.#within === undefined ? named || node.table === undefined : named && !this.#within.hidden
    if (!own) return node
    if (node.column.kind === 'ColumnNode') checkColumn(this.#table, node.column.column.name)
    return { ...node, table: OWN_TABLE }
  }

  protected override transformSelectQuery(node: SelectQueryNode, queryId?: QueryId): SelectQueryNode {
    const before = this.#within
    const hides = sourcesOf(node).includes(this.#table.name)
    this.#within = { hidden: hides || before?.hidden === true }
    try {
      return super.transformSelectQuery(node, queryId)
    } finally {
      this.#within = before
    }
  }
}

function isNamed({ table: { schema, identifier } }: TableNode, table: TableSchema): boolean {
  return identifier.name === table.name && (schema === undefined || schema.name === table.schema)
}

/** The names by which what a SELECT takes from is referred to. */
export function sourcesOf({ from, joins = [] }: SelectQueryNode): string[] {
  return [...(from?.froms ?? []), ...joins.map((join) => join.table)].flatMap(
    (source) => nameOf(source) ?? [],
  )
}

/** The name by which a source of FROM or JOIN is referred to. */
function nameOf(source: OperationNode): string | undefined {
  if (TableNode.is(source)) return source.table.identifier.name
  if (AliasNode.is(source) && 'name' in source.alias) return String(source.alias.name)
  return undefined
}

function checkColumn(table: TableSchema, name: string): void {
  const columns = table.columns.filter((column) => !isComputed(column))
  if (columns.some((column) => column.name === name)) return
  const choices = choicesOf(
    name,
    columns.map((column) => column.name),
  )
  throw new FieldError(`${qualifiedName(table)} has no column "${name}" in SQL. ${choices}.`)
}

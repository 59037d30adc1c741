import { FieldError, UsageError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { SchemaRegistry } from '../../schema/registry.js'
import type { ColumnSchema, RelationSchema, TableSchema } from '../../schema/table.js'
import { describe } from '../../types/describe.js'
import { encodeCell, isRecord, parseValues, type Assignment, type Cell } from '../assignment.js'
import { columnsOf } from '../columns.js'
import { isSubquery } from '../filter/subquery.js'
import { refuseView } from '../writable.js'
import { relationOf } from './path.js'

/** The rows that a relation leads to from one row, as what is to be written of them. */
export interface Link {
  readonly schemas: SchemaRegistry
  readonly relation: RelationSchema
  /** What links are written in: the link table, or the related one. */
  readonly table: TableSchema
  readonly target: TableSchema
  /** The columns of `table` that lead to the row, and what they have then. */
  readonly owner: readonly Assignment[]
  /** The columns of `table` that lead to the related rows, or are their own key. */
  readonly key: readonly ColumnSchema[]
  /** What these are called in the related rows. */
  readonly named: readonly string[]
}

/**
 * What links one row to others by a relation to many.
 *
 * @throws {@link FieldError} for what does not have the row's key; {@link UsageError} for a relation to one row, and for views.
 */
export function linkOf(table: TableSchema, schemas: SchemaRegistry, name: string, row: unknown): Link {
  const relation = relationOf(table, name)
  if (relation.kind === 'one') {
    const columns = relation.columns.join(', ')
    throw new UsageError(
      `link() writes relations to many rows, and "${name}" of ${qualifiedName(table)} leads to one: update ${columns}.`,
    )
  }
  const target = schemas.table(relation.target)
  const { through } = relation
  const holder = through === undefined ? target : schemas.table(through.table)
  refuseView(holder, 'link')
  const columns = columnsOf(holder, through?.columns ?? relation.targetColumns)
  const cells = keyCells(table, relation.columns, row, `link('${name}')`)
  const named = through === undefined ? target.primaryKey : relation.targetColumns
  if (named.length === 0) {
    throw new UsageError(
      `link('${name}') finds rows by their primary key, which ${qualifiedName(target)} does not have.`,
    )
  }
  return {
    schemas,
    relation,
    table: holder,
    target,
    owner: columns.map((column, index) => ({ column, cell: cells[index] ?? null })),
    key: columnsOf(holder, through?.targetColumns ?? named),
    named,
  }
}

/** The keys of related rows: of a row or a key, or of an array of them, each once. */
export function linkedKeys({ target, named, relation }: Link, rows: unknown, method: string): Cell[][] {
  if (isSubquery(rows)) {
    throw new FieldError(
      `${method}() of link('${relation.name}') takes rows or their keys, and no queryset: read them first, by toArray().`,
    )
  }
  const list: readonly unknown[] = Array.isArray(rows) ? rows : [rows]
  const keys = new Map<string, Cell[]>()
  for (const row of list) {
    const cells = keyCells(target, named, row, `${method}() of link('${relation.name}')`)
    keys.set(JSON.stringify(cells), cells)
  }
  return [...keys.values()]
}

/**
 * The further values of new links.
 *
 * @throws {@link UsageError} where a column of the link table has to be given a value, and is not; {@link FieldError}.
 */
export function linkValues(link: Link, values: unknown, method: string): Assignment[] {
  const { table, relation, owner, key } = link
  const where = `${method}() of link('${relation.name}')`
  if (relation.through === undefined) {
    if (values === undefined) return []
    throw new UsageError(`${where} takes no values: there is no table between the rows.`)
  }
  const given = values === undefined ? [] : parseValues(table, values, where)
  const linking = [...owner.map(({ column }) => column), ...key]
  const twice = given.find(({ column }) => linking.includes(column))
  if (twice !== undefined) {
    throw new FieldError(
      `${where}: "${twice.column.property}" of ${qualifiedName(table)} follows from the rows that are linked.`,
    )
  }
  const known = [...linking, ...given.map(({ column }) => column)]
  const missing = table.columns.find((column) => !column.optional && !known.includes(column))
  if (missing === undefined) return given
  throw new UsageError(
    `${where} cannot fill "${missing.property}" of ${qualifiedName(table)}, which may be neither NULL nor left out: give it in ` +
      `{ values: { ${missing.property}: … } }, or create rows of that table.`,
  )
}

/** @throws {@link UsageError} for rows that cannot be without the row that they belong to. */
export function refuseUnlessNullable({ table, relation, owner }: Link, method: string): void {
  if (relation.through !== undefined) return
  if (owner.some(({ column }) => column.nullable)) return
  const columns = owner.map(({ column }) => column.property).join(', ')
  throw new UsageError(
    `${method}() of link('${relation.name}') would set ${columns} of ${qualifiedName(table)} to NULL, which it may ` +
      'not be: add() the rows to another one, or delete them.',
  )
}

/** The key of a row, or a key that is one value, encoded. */
function keyCells(table: TableSchema, properties: readonly string[], row: unknown, where: string): Cell[] {
  const columns = columnsOf(table, properties)
  const [only] = columns
  const isObject = isRecord(row) && columns.every(({ property }) => Object.hasOwn(row, property))
  const isSole =
    columns.length === 1 && table.primaryKey.length === 1 && only?.property === table.primaryKey[0]
  if (!isObject && !(isSole && row !== null && row !== undefined && !isPlainRow(row))) {
    throw new FieldError(
      `${where} takes a row of ${qualifiedName(table)}${isSole ? ' or its key' : `, or an object with ${properties.join(', ')}`}, ` +
        `not ${describe(row)}.`,
    )
  }
  return columns.map((column) => {
    const value = isObject ? row[column.property] : row
    if (value === null)
      throw new FieldError(
        `${where}: "${column.property}" of ${qualifiedName(table)} is null, which links nothing.`,
      )
    return encodeCell(table, column, value, where)
  })
}

/** What has fields is no key of one value, but for those of classes, such as Date. */
function isPlainRow(row: unknown): boolean {
  return Array.isArray(row) || (isRecord(row) && Object.getPrototypeOf(row) === Object.prototype)
}

import { FieldError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { SchemaRegistry } from '../../schema/registry.js'
import type { ColumnSchema, RelationSchema, TableSchema } from '../../schema/table.js'
import { findColumn, noField } from '../columns.js'
import type { RelatedSelection } from '../state.js'
import { fieldsAndRelations, stepOf } from './path.js'

/** Fields of a table, and those of the rows that its relations lead to. */
interface SplitPaths {
  readonly columns: readonly ColumnSchema[]
  readonly beyond: ReadonlyMap<RelationSchema, readonly string[]>
}

/** What rows are joined into, and what is joined. */
type Joined = Pick<RelatedSelection, 'table' | 'related'>

/** Which of the paths name fields of the table itself, and which go along relations to one row. */
export function splitPaths(table: TableSchema, paths: readonly string[]): SplitPaths {
  const columns: ColumnSchema[] = []
  const beyond = new Map<RelationSchema, string[]>()
  for (const path of paths) {
    const column = typeof path === 'string' ? findColumn(table, path) : undefined
    if (column !== undefined) {
      columns.push(column)
      continue
    }
    if (typeof path === 'string' && !path.includes('.') && !isRelation(table, path))
      throw noField(table, path, fieldsAndRelations(table))
    const { relation, rest } = stepOf(table, path, true)
    if (rest === undefined) {
      throw new FieldError(
        `"${path}" of ${qualifiedName(table)} is a relation: name fields of it, as in "${path}.${relation.targetColumns[0] ?? ''}", ` +
          'or join whole rows by selectRelated().',
      )
    }
    beyond.set(relation, [...(beyond.get(relation) ?? []), rest])
  }
  return { columns, beyond }
}

function isRelation({ relations = [] }: TableSchema, name: string): boolean {
  return relations.some((relation) => relation.name === name)
}

/** Joined rows of these fields and their keys alone; those that are not named stay as they are. */
export function onlyRelated(
  schemas: SchemaRegistry,
  { related }: Joined,
  beyond: SplitPaths['beyond'],
): readonly RelatedSelection[] {
  const narrowed = [...beyond].map(([relation, paths]): RelatedSelection => {
    const present = related.find((each) => each.relation === relation)
    const table = present?.table ?? schemas.table(relation.target)
    const { columns, beyond: deeper } = splitPaths(table, paths)
    return {
      relation,
      table,
      columns: keysAnd(table, (column) => columns.includes(column)),
      related: onlyRelated(schemas, { table, related: present?.related ?? [] }, deeper),
    }
  })
  return [...related.filter(({ relation }) => !beyond.has(relation)), ...narrowed]
}

/** Joined rows without these fields. @throws {@link FieldError} for what is not joined. */
export function deferRelated(
  { table, related }: Joined,
  beyond: SplitPaths['beyond'],
): readonly RelatedSelection[] {
  for (const [{ name }] of beyond) {
    if (related.some(({ relation }) => relation.name === name)) continue
    throw new FieldError(
      `defer() of fields of "${name}" of ${qualifiedName(table)}: join it before, by selectRelated('${name}').`,
    )
  }
  return related.map((selected) => {
    const paths = beyond.get(selected.relation)
    if (paths === undefined) return selected
    const { columns, beyond: deeper } = splitPaths(selected.table, paths)
    const isWanted = (column: ColumnSchema) => selected.columns.includes(column) && !columns.includes(column)
    return {
      ...selected,
      columns: keysAnd(selected.table, isWanted),
      related: deferRelated(selected, deeper),
    }
  })
}

function keysAnd({ columns, primaryKey }: TableSchema, isWanted: (column: ColumnSchema) => boolean) {
  return columns.filter((column) => primaryKey.includes(column.property) || isWanted(column))
}

import type { TableModel } from '../model/database-model.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import { fingerprint } from '../naming/unique.js'
import { diagramLabel, diagramWord } from './escape.js'

/** What names a table in links and in the diagram. The prefix keeps it apart from words of the diagram's language. */
export function anchorOf({ table, names }: TableModel): string {
  return `t_${/^\w+$/.test(names.row) ? names.row : fingerprint(qualifiedName(table))}`
}

/** Mermaid draws no diagram with more than these. */
const MOST_CHARACTERS = 50_000
const MOST_LINES_DRAWN = 500

/** The tables with their keys and what these refer to, as a Mermaid diagram; of a large schema without the keys. */
export function diagram(tables: readonly TableModel[]): string {
  const byName = new Map(tables.map((table) => [qualifiedName(table.table), table]))
  const lines = tables.flatMap((table) => relationships(table, byName))
  const whole = fenced([...tables.flatMap(entity), ...lines])
  const short = whole.length <= MOST_CHARACTERS ? whole : fenced([...tables.map(heading), ...lines])
  if (short.length <= MOST_CHARACTERS && lines.length <= MOST_LINES_DRAWN) return short
  return `The schema has ${tables.length} tables and ${lines.length} references: more than Mermaid draws.`
}

function fenced(lines: readonly string[]): string {
  return ['```mermaid', 'erDiagram', ...lines.map((line) => `  ${line}`), '```'].join('\n')
}

function heading(model: TableModel): string {
  return `${anchorOf(model)}["${diagramLabel(qualifiedName(model.table))}"]`
}

function entity(model: TableModel): string[] {
  const { table, schema } = model
  const head = heading(model)
  const references = new Set(table.foreignKeys.flatMap(({ columns }) => columns))
  const primary = new Set(schema.primaryKey)
  const keys = model.columns.flatMap(({ column, property }) => {
    const marks = [...(primary.has(property) ? ['PK'] : []), ...(references.has(column.name) ? ['FK'] : [])]
    if (marks.length === 0) return []
    return [`  ${diagramWord(column.sqlType)} ${diagramWord(column.name)} ${marks.join(', ')}`]
  })
  return keys.length === 0 ? [head] : [`${head} {`, ...keys, '}']
}

function relationships(model: TableModel, byName: ReadonlyMap<string, TableModel>): string[] {
  const { schema } = model
  const uniqueKeys = [schema.primaryKey, ...schema.uniqueKeys].filter((key) => key.length > 0)
  return model.relations.flatMap(({ form, schema: relation }) => {
    const target = byName.get(relation.target)
    if (form !== 'forward' || target === undefined) return []
    const isOne = uniqueKeys.some((key) => key.every((property) => relation.columns.includes(property)))
    const ends = `${isOne ? '|o' : '}o'}--${relation.nullable ? 'o|' : '||'}`
    return [`${anchorOf(model)} ${ends} ${anchorOf(target)} : "${diagramLabel(relation.name)}"`]
  })
}

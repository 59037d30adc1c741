import type { ColumnModel, RelationModel, TableModel } from '../model/database-model.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import { anchorOf } from './diagram.js'
import { code, plain } from './escape.js'
import { shownComment } from './shown-comment.js'

/** One table or view: what it is, its columns, keys and relations. */
export function tableSection(model: TableModel, byName: ReadonlyMap<string, TableModel>): string {
  const { table, names, columns, relations } = model
  const kind =
    table.kind === 'table' ? 'Table' : `${table.kind.charAt(0).toUpperCase()}${table.kind.slice(1)}`
  return [
    `### <a id="${anchorOf(model)}"></a>${plain(qualifiedName(table))}`,
    ...(shownComment(table) === '' ? [] : [plain(shownComment(table))]),
    `${kind}. Repository ${code(names.property)}, rows ${code(names.row)}.`,
    ...(columns.length === 0 ? ['It has no columns.'] : [columnTable(model)]),
    ...keyLines(model),
    ...(relations.length === 0 ? [] : [relationTable(relations, byName)]),
  ].join('\n\n')
}

/** The head and the rows of a Markdown table: a cell ends at a bar, even in code. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`)
    .join('\n')
}

function columnTable(model: TableModel): string {
  const references = new Set(model.table.foreignKeys.flatMap(({ columns }) => columns))
  const primary = new Set(model.schema.primaryKey)
  return markdownTable(
    ['Column', 'Property', 'Type', 'Null', 'Default', 'Key', 'Comment'],
    model.columns.map((each) => {
      const { column, property } = each
      const keys = [
        ...(primary.has(property) ? ['primary'] : []),
        ...(references.has(column.name) ? ['foreign'] : []),
      ]
      return [
        code(column.name),
        code(property),
        code(column.sqlType),
        column.nullable ? 'yes' : '',
        defaultOf(each),
        keys.join(', '),
        plain(shownComment(column)),
      ]
    }),
  )
}

function defaultOf({ column }: ColumnModel): string {
  const { identity, generated, expression, hasDefault } = column
  if (identity !== undefined) return `identity, ${identity}`
  const text = expression === undefined ? '' : code(expression)
  if (generated !== undefined) return `generated, ${generated}: ${text}`
  return text === '' && hasDefault ? 'of its domain' : text
}

function keyLines({ table }: TableModel): string[] {
  const list = (columns: readonly string[]) => `(${columns.map(code).join(', ')})`
  const lines = [
    ...(table.primaryKey.length > 0 ? [`Primary key ${list(table.primaryKey)}`] : []),
    ...table.uniqueKeys.map((columns) => `Unique ${list(columns)}`),
    ...table.foreignKeys.map(({ name, columns, references, declared }) => {
      const target = code(qualifiedName({ schema: references.schema, name: references.table }))
      const label = declared === undefined ? code(name) : 'Declared in the configuration'
      return `${label}: ${list(columns)} refers to ${target} ${list(references.columns)}`
    }),
  ]
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')]
}

function relationTable(relations: readonly RelationModel[], byName: ReadonlyMap<string, TableModel>): string {
  return markdownTable(
    ['Relation', 'Leads to', 'Through'],
    relations.map(({ schema }) => {
      const target = byName.get(schema.target)
      const name = target === undefined ? code(schema.target) : linkTo(target)
      const count = schema.kind === 'many' ? 'rows of ' : schema.nullable ? 'a row or none of ' : 'a row of '
      return [code(schema.name), count + name, schema.through === undefined ? '' : code(schema.through.table)]
    }),
  )
}

/** A link to a table's section. */
export function linkTo(model: TableModel): string {
  return `[${plain(qualifiedName(model.table))}](#${anchorOf(model)})`
}

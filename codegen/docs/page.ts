import type { DatabaseModel, FunctionModel } from '../model/database-model.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import { diagram } from './diagram.js'
import { code, plain } from './escape.js'
import { shownComment } from './shown-comment.js'
import { PAGE_MARK } from './mark.js'
import { linkTo, markdownTable, tableSection } from './table-section.js'

/** A Markdown page on a schema: a list, a diagram, and a section for each table. The same model gives the same bytes. */
export function docsPage({ tables, functions, enums, composites, domains }: DatabaseModel): string {
  const byName = new Map(tables.map((model) => [qualifiedName(model.table), model]))
  const list = markdownTable(
    ['Table or view', 'Rows', 'Comment'],
    tables.map((model) => [
      linkTo(model),
      code(model.names.row),
      plain(firstLine(shownComment(model.table))),
    ]),
  )
  const sections = [
    `${PAGE_MARK} Do not edit: change the schema and generate again. -->`,
    '# Database schema',
    list,
    '## Diagram',
    diagram(tables),
    '## Tables and views',
    ...tables.map((model) => tableSection(model, byName)),
    ...(functions.length === 0
      ? []
      : [
          '## Functions and procedures',
          markdownTable(
            ['Function or procedure', 'Method', 'Gives', 'Comment'],
            functions.map((each) => [
              code(each.function.signature),
              code(each.names.property),
              givenBy(each),
              plain(shownComment(each.function)),
            ]),
          ),
        ]),
    ...(enums.length === 0
      ? []
      : [
          '## Enums',
          markdownTable(
            ['Enum', 'In TypeScript', 'Labels', 'Comment'],
            enums.map(({ type, typeName, ...each }) => [
              code(qualifiedName(type)),
              code(typeName),
              type.labels.map(code).join(', '),
              plain(shownComment(each)),
            ]),
          ),
        ]),
    ...(composites.length === 0
      ? []
      : [
          '## Composite types',
          markdownTable(
            ['Type', 'In TypeScript', 'Fields', 'Comment'],
            composites.map(({ type, typeName, ...each }) => [
              code(qualifiedName(type)),
              code(typeName),
              type.fields.map(({ name }) => code(name)).join(', '),
              plain(shownComment(each)),
            ]),
          ),
        ]),
    ...(domains.length === 0
      ? []
      : [
          '## Domains',
          markdownTable(
            ['Domain', 'In TypeScript', 'Over', 'Comment'],
            domains.map(({ type, typeName, sqlType, ...each }) => [
              code(qualifiedName(type)),
              typeName === undefined ? '' : code(typeName),
              code(sqlType),
              plain(shownComment(each)),
            ]),
          ),
        ]),
  ]
  return `${sections.join('\n\n')}\n`
}

function givenBy({ function: { gives }, names, rows, isOfTable }: FunctionModel): string {
  const row = isOfTable ? linkTo(rows) : code(names.row)
  switch (gives) {
    case 'rows':
      return `rows of ${row}`
    case 'row':
      return `a row of ${row}, or none`
    case 'outputs':
      return row
    case 'value':
      return 'a value'
    case 'nothing':
      return 'nothing'
  }
}

function firstLine(comment: string): string {
  return comment.trim().split(/[\n\r]/)[0] ?? ''
}

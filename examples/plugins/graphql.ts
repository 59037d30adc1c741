import { definePlugin, type ModelColumn, type ModelTable, type SchemaModel } from 'sluice/config'

type Type = ModelColumn['type']

const SCALARS: Readonly<Record<string, string>> = {
  bool: 'Boolean',
  int2: 'Int',
  int4: 'Int',
  float4: 'Float',
  float8: 'Float',
  int8: 'BigInt',
  timestamptz: 'DateTime',
  json: 'JSON',
  jsonb: 'JSON',
}

/**
 * A `files` hook: adds `schema.graphql`, the schema as a GraphQL one, with a type for each table and view, whose fields are
 * its columns and relations. Resolvers of the relations are `selectRelated` and `prefetchRelated`.
 */
export const graphql = definePlugin({
  name: 'graphql',
  files: (files, model) => [...files, { name: 'schema.graphql', text: definitions(model) }],
})

function definitions({ tables, enums }: SchemaModel): string {
  const rows = new Map(tables.map((table) => [`${table.schema}.${table.name}`, table.names.row]))
  const names = new Map(enums.map(({ type, typeName }) => [`${type.schema}.${type.name}`, typeName]))
  const types = tables.map((table) => typeOf(table, rows, names))
  const unions = enums
    .filter(({ type }) => type.labels.every(isName))
    .map(
      ({ typeName, type, comment }) =>
        `${described(comment)}enum ${typeName} {\n  ${type.labels.join('\n  ')}\n}`,
    )
  return ['scalar BigInt\nscalar DateTime\nscalar JSON', ...unions, ...types].join('\n\n')
}

function typeOf(
  { names, comment, columns, primaryKey, relations }: ModelTable,
  rows: ReadonlyMap<string, string>,
  enums: ReadonlyMap<string, string>,
): string {
  const fields = columns
    .filter(({ property }) => isName(property))
    .map((column) => {
      const isKey = primaryKey.length === 1 && primaryKey[0] === column.property
      const type = isKey ? 'ID' : graphqlType(column.type, enums)
      return `${described(column.comment, '  ')}  ${column.property}: ${type}${column.nullable ? '' : '!'}`
    })
  const related = relations
    .filter(({ name, target }) => isName(name) && rows.has(target))
    .map(({ name, kind, nullable, target }) => {
      const row = rows.get(target) ?? ''
      return `  ${name}: ${kind === 'many' ? `[${row}!]!` : `${row}${nullable ? '' : '!'}`}`
    })
  return `${described(comment)}type ${names.row} {\n${[...fields, ...related].join('\n')}\n}`
}

function graphqlType(type: Type, enums: ReadonlyMap<string, string>): string {
  if (typeof type === 'string') return SCALARS[type] ?? 'String'
  switch (type.kind) {
    case 'array':
      return `[${graphqlType(type.element, enums)}]`
    case 'domain':
      return graphqlType(type.base, enums)
    case 'enum':
      return type.labels.every(isName) ? (enums.get(`${type.schema}.${type.name}`) ?? 'String') : 'String'
    default:
      return 'JSON'
  }
}

/** What GraphQL lets be a name of ours. */
function isName(name: string): boolean {
  return /^(?!__)[A-Za-z_]\w*$/.test(name)
}

function described(comment = '', indent = ''): string {
  return comment === '' ? '' : `${indent}${JSON.stringify(comment)}\n`
}

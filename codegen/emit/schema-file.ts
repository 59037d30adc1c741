import {
  GENERATED_MARKS,
  type PackedColumn,
  type PackedForeignKey,
  type PackedFunction,
  type PackedParameter,
  type PackedRelation,
  type PackedTable,
  type PackedUniqueIndex,
} from '../../src/schema/packed.js'
import type { FunctionSchema, ParameterSchema } from '../../src/schema/function.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import type {
  ColumnSchema,
  ForeignKeySchema,
  RelationSchema,
  TableSchema,
  UniqueIndexSchema,
} from '../../src/schema/table.js'
import type { TypeSchema } from '../../src/schema/type.js'
import type { DatabaseModel } from '../model/database-model.js'
import { stringLiteral } from './literal.js'
import type { GeneratedFile, SourceWriter } from './source.js'

/** What the file is called, without extension, and what it exports. */
export const SCHEMA = 'schema'

/** `schema.ts`: every table and view as data, packed. */
export function schemaFile(
  { tables, functions, tenants }: Pick<DatabaseModel, 'tables' | 'functions' | 'tenants'>,
  writer: SourceWriter,
): GeneratedFile {
  const imports = writer.imports(SCHEMA)
  const registry = imports.value('SchemaRegistry', 'sluice')
  const types = new PackedTypes()
  const lines = tables.map(({ schema }) => {
    const [name, json] = [qualifiedName(schema), JSON.stringify(packed(schema, types))]
    return `    [${stringLiteral(name)}, ${stringLiteral(json)}],`
  })
  const calls = functions.map(({ names, schema }) => {
    const json = JSON.stringify(packedFunction(schema, types))
    return `    [${stringLiteral(names.property)}, ${stringLiteral(json)}],`
  })
  const text = [
    '/** Every table and view as data, for the engine: read when a table is first asked for. */',
    `export const ${SCHEMA}: ${registry} = new ${registry}({`,
    '  version: 1,',
    ...listed(
      'types',
      types.jsons.map((json) => `    ${stringLiteral(json)},`),
    ),
    ...listed('tables', lines),
    ...(tenants.length > 0 ? [`  tenants: [${tenants.map(stringLiteral).join(', ')}],`] : []),
    ...(calls.length > 0 ? listed('functions', calls) : []),
    '})',
  ].join('\n')
  return writer.file(`${SCHEMA}.ts`, imports.structures(), text)
}

function listed(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`  ${name}: [],`] : [`  ${name}: [`, ...lines, '  ],']
}

/** The types of a database that are made of others, each once. */
class PackedTypes {
  readonly #places = new Map<string, number>()

  get jsons(): string[] {
    return [...this.#places.keys()]
  }

  packed(type: TypeSchema): string | number {
    if (typeof type === 'string') return type
    const json = JSON.stringify(type)
    const place = this.#places.get(json) ?? this.#places.size
    this.#places.set(json, place)
    return place
  }
}

function packed(table: TableSchema, types: PackedTypes): PackedTable {
  const { schema, name, kind, columns, primaryKey, uniqueKeys, foreignKeys } = table
  const { relations = [], uniqueIndexes = [] } = table
  const ends = [
    ...([primaryKey, uniqueKeys, foreignKeys.map(packedKey)] as const),
    relations.map(packedRelation),
    uniqueIndexes.map(packedUniqueIndex),
  ] as const
  const length = ends.findLastIndex((each) => each.length > 0) + 1
  return [
    ...([schema, name, kind] as const),
    columns.map((column) => packedColumn(column, types)),
    ...(ends.slice(0, length) as unknown as typeof ends),
  ]
}

function packedColumn(column: ColumnSchema, types: PackedTypes): PackedColumn {
  const { property, name, type, nullable, optional, generated } = column
  const marks = [
    nullable ? 'n' : '',
    optional ? 'o' : '',
    generated === undefined ? '' : GENERATED_MARKS[generated],
  ].join('')
  const start = [name, types.packed(type), marks] as const
  return property === name ? start : [...start, property]
}

function packedFunction(each: FunctionSchema, types: PackedTypes): PackedFunction {
  const { schema, name, kind, gives, isVolatile, isScalar, parameters, rows } = each
  const marks = [kind === 'procedure' ? 'p' : '', isVolatile ? 'v' : '', isScalar ? 's' : ''].join('')
  const packedParameters = parameters.map((parameter) => packedParameter(parameter, types))
  return [schema, name, gives, marks, packedParameters, typeof rows === 'string' ? rows : packed(rows, types)]
}

function packedParameter(parameter: ParameterSchema, types: PackedTypes): PackedParameter {
  const { property, name, type, mode, optional } = parameter
  const marks = [optional ? 'o' : '', { in: '', variadic: 'v', out: 'x' }[mode]].join('')
  const start = [name, types.packed(type), marks] as const
  return property === name ? start : [...start, property]
}

function packedKey({ name, columns, references }: ForeignKeySchema): PackedForeignKey {
  return [name, columns, references.schema, references.table, references.columns]
}

function packedRelation(relation: RelationSchema): PackedRelation {
  const { name, kind, nullable, target, columns, targetColumns, through } = relation
  const start = [name, kind === 'many' ? '*' : nullable ? '?' : '1', target, columns, targetColumns] as const
  return through === undefined ? start : [...start, [through.table, through.columns, through.targetColumns]]
}

function packedUniqueIndex({ name, keys, predicate }: UniqueIndexSchema): PackedUniqueIndex {
  const packedKeys = keys.map((key) => (typeof key === 'string' ? key : ([key.sql] as const)))
  return predicate === undefined ? [name, packedKeys] : [name, packedKeys, predicate]
}

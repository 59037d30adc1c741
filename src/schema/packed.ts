import type { FunctionSchema, ParameterSchema } from './function.js'
import type {
  ColumnSchema,
  ForeignKeySchema,
  RelationSchema,
  TableKind,
  TableSchema,
  UniqueIndexSchema,
} from './table.js'
import type { TypeSchema } from './type.js'

/**
 * Tables as the generator writes them: text that costs little to load, which is read when a table is first asked for.
 * Large schemas have thousands, of which a process uses few.
 */
export interface PackedTables {
  /** Of the form that this is. */
  readonly version: 1
  /** As JSON, each type that is not a base type: columns have its place here in place of it. */
  readonly types: readonly string[]
  /** By qualified name, each a {@link PackedTable} as JSON. */
  readonly tables: readonly (readonly [name: string, json: string])[]
  /** The schemas that each tenant has one like: where their tables are has to be said. Default: none. */
  readonly tenants?: readonly string[]
  /** By what they are called in TypeScript, each a {@link PackedFunction} as JSON. Default: none. */
  readonly functions?: readonly (readonly [name: string, json: string])[]
}

/** A table as a list, without what is empty at its end. */
export type PackedTable = readonly [
  schema: string,
  name: string,
  kind: TableKind,
  columns: readonly PackedColumn[],
  primaryKey?: readonly string[],
  uniqueKeys?: readonly (readonly string[])[],
  foreignKeys?: readonly PackedForeignKey[],
  relations?: readonly PackedRelation[],
  uniqueIndexes?: readonly PackedUniqueIndex[],
]

/**
 * A column: `n` of its marks is nullable, `o` optional, and `i`, `s`, `v` the ways in which it is generated. Its property
 * is left out where it is the name.
 */
export type PackedColumn = readonly [name: string, type: string | number, marks: string, property?: string]

/** A foreign key, packed: its name, the columns, and what they refer to. */
export type PackedForeignKey = readonly [
  name: string,
  columns: readonly string[],
  schema: string,
  table: string,
  targetColumns: readonly string[],
]

/** A relation, to one row (`1`), to one or none (`?`) or to many (`*`). */
export type PackedRelation = readonly [
  name: string,
  kind: '1' | '?' | '*',
  target: string,
  columns: readonly string[],
  targetColumns: readonly string[],
  through?: readonly [table: string, columns: readonly string[], targetColumns: readonly string[]],
]

/** A unique index: an expression among its keys is a list of itself. */
export type PackedUniqueIndex = readonly [
  name: string,
  keys: readonly (string | readonly [sql: string])[],
  predicate?: string,
]

/** A function or procedure as a list: `v` of its marks is volatile, `p` a procedure, and `s` that its rows are values. */
export type PackedFunction = readonly [
  schema: string,
  name: string,
  gives: FunctionSchema['gives'],
  marks: string,
  parameters: readonly PackedParameter[],
  rows: string | PackedTable,
]

/** A parameter: `o` of its marks is optional, `v` variadic and `x` put out. Its property is left out where it is the name. */
export type PackedParameter = readonly [name: string, type: string | number, marks: string, property?: string]

/** How the marks of a column say that the server fills it. */
export const GENERATED_MARKS = { identity: 'i', stored: 's', virtual: 'v' } as const

/** The types and tables in a packed form, each read when it is asked for. */
export class Unpacking {
  readonly #types: readonly string[]
  readonly #unpacked: (TypeSchema | undefined)[] = []

  constructor({ types }: PackedTables) {
    this.#types = types
  }

  table(json: string): TableSchema {
    return this.#table(JSON.parse(json) as PackedTable)
  }

  function(json: string): FunctionSchema {
    const [schema, name, gives, marks, parameters, rows] = JSON.parse(json) as PackedFunction
    return {
      ...{ schema, name, gives, kind: marks.includes('p') ? 'procedure' : 'function' },
      isVolatile: marks.includes('v'),
      isScalar: marks.includes('s'),
      parameters: parameters.map((parameter) => this.#parameter(parameter)),
      rows: typeof rows === 'string' ? rows : this.#table(rows),
    }
  }

  #table(packed: PackedTable): TableSchema {
    const [schema, name, kind, columns, primaryKey = [], uniqueKeys = [], ...more] = packed
    const [foreignKeys = [], relations = [], uniqueIndexes = []] = more
    return {
      ...{ schema, name, kind, primaryKey, uniqueKeys },
      columns: columns.map((column) => this.#column(column)),
      foreignKeys: foreignKeys.map(foreignKeyOf),
      relations: relations.map(relationOf),
      uniqueIndexes: uniqueIndexes.map(uniqueIndexOf),
    }
  }

  #column([name, type, marks, property = name]: PackedColumn): ColumnSchema {
    const ways = Object.entries(GENERATED_MARKS) as ['identity' | 'stored' | 'virtual', string][]
    const generated = ways.find(([, mark]) => marks.includes(mark))?.[0]
    return {
      property,
      name,
      type: this.#type(type),
      nullable: marks.includes('n'),
      optional: marks.includes('o'),
      ...(generated !== undefined && { generated }),
    }
  }

  #parameter([name, type, marks, property = name]: PackedParameter): ParameterSchema {
    return {
      ...{ property, name, type: this.#type(type), optional: marks.includes('o') },
      mode: marks.includes('v') ? 'variadic' : marks.includes('x') ? 'out' : 'in',
    }
  }

  #type(place: string | number): TypeSchema {
    if (typeof place === 'string') return place
    return (this.#unpacked[place] ??= JSON.parse(this.#types[place] ?? 'null') as TypeSchema)
  }
}

function uniqueIndexOf([name, keys, predicate]: PackedUniqueIndex): UniqueIndexSchema {
  return {
    name,
    keys: keys.map((key) => (typeof key === 'string' ? key : { sql: key[0] })),
    ...(predicate !== undefined && { predicate }),
  }
}

function foreignKeyOf([name, columns, schema, table, of]: PackedForeignKey): ForeignKeySchema {
  return { name, columns, references: { schema, table, columns: of } }
}

function relationOf([name, kind, target, columns, targetColumns, link]: PackedRelation): RelationSchema {
  const relation = { name, kind: kind === '*' ? 'many' : 'one', nullable: kind === '?', target } as const
  if (link === undefined) return { ...relation, columns, targetColumns }
  const [table, linkColumns, linkTargets] = link
  const through = { table, columns: linkColumns, targetColumns: linkTargets }
  return { ...relation, columns, targetColumns, through }
}

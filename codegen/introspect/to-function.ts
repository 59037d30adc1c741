import { qualifiedName } from '../../src/schema/qualified-name.js'
import { baseType, type TypeSchema } from '../../src/schema/type.js'
import type { CatalogColumn, CatalogFunction, CatalogParameter, Skipped } from './catalog.js'
import type { ColumnRow } from './columns.js'
import type { FunctionRow } from './functions.js'
import type { RelationRow } from './relations.js'
import type { TypeResolver } from './type-resolver.js'

/** What functions are made of. */
export interface FunctionParts {
  readonly types: TypeResolver
  /** The columns of a table or composite type, by its relation. */
  readonly columnsOf: (relation: number) => readonly ColumnRow[]
  readonly relationOf: (relation: number) => RelationRow | undefined
}

/** A parameter with its mode in the catalog: `i`, `o`, `b` for both, `v` or `t` for a column. */
interface Parameter {
  readonly letter: string
  readonly name: string
  readonly type: TypeSchema
  readonly optional: boolean
}

/** A function, or why there can be no method for it. */
export function toFunction(row: FunctionRow, parts: FunctionParts): CatalogFunction | Skipped {
  const { schema, name, types, comment, returns_pseudo: returned } = row
  const skip = (reason: string): Skipped => ({ schema, name, types, reason })
  const pseudo = row.pseudo ?? (returned === 'void' || returned === 'record' ? null : returned)
  if (pseudo !== null) return skip(`functions of ${pseudo}, which is no type of values`)
  const parameters = parametersOf(row, parts.types)
  const given = givenBy(row, parameters, parts)
  if (typeof given === 'string') return skip(given)
  const isProcedure = row.kind === 'p'
  return {
    ...{ schema, name, comment: comment ?? undefined, ...given },
    signature: `${qualifiedName({ schema, name })}(${types})`,
    kind: isProcedure ? 'procedure' : 'function',
    isVolatile: isProcedure || row.volatile,
    isStrict: row.strict,
    parameters: parameters.flatMap(({ letter, ...parameter }): CatalogParameter[] => {
      // A function's are named by its rows, a procedure's stand in its call as well.
      if (letter === 't' || (letter === 'o' && !isProcedure)) return []
      const mode = letter === 'o' ? 'out' : letter === 'v' ? 'variadic' : 'in'
      return [{ ...parameter, mode }]
    }),
  }
}

function parametersOf(row: FunctionRow, types: TypeResolver): Parameter[] {
  const letters = row.parameter_types.map((_, place) => row.modes?.[place] ?? 'i')
  const inputs = letters.flatMap((letter, place) => ('ibv'.includes(letter) ? [place] : []))
  const optional = new Set(row.defaults === 0 ? [] : inputs.slice(-row.defaults))
  return row.parameter_types.map((type, place) => ({
    letter: letters[place] ?? 'i',
    name: row.names?.[place] ?? '',
    type: types.resolve(type),
    optional: optional.has(place),
  }))
}

type Given = Pick<CatalogFunction, 'gives' | 'isScalar' | 'table' | 'columns'>

/** What a call gives; else why nobody can say. */
function givenBy(row: FunctionRow, parameters: readonly Parameter[], parts: FunctionParts): Given | string {
  const put = parameters.filter(({ letter }) => 'obt'.includes(letter))
  // The server calls those without a name by their number.
  const columns = put.map(({ name, type }, index) =>
    columnOf(name === '' ? `column${index + 1}` : name, type),
  )
  const none = { isScalar: false, table: undefined }
  if (row.kind === 'p') return { ...none, gives: put.length > 0 ? 'outputs' : 'nothing', columns }
  if (row.returns_pseudo === 'void') return { ...none, gives: 'nothing', columns: [] }
  const several = row.returns_set ? 'rows' : undefined
  if (row.returns_pseudo === 'record') {
    if (put.length === 0) return 'functions whose columns each query has to name'
    return { ...none, gives: several ?? 'outputs', columns }
  }
  if (row.returns_relation !== 0) {
    const relation = parts.relationOf(row.returns_relation)
    return {
      ...{ isScalar: false, gives: several ?? 'row' },
      table: relation && { schema: relation.schema, name: relation.name },
      columns: parts
        .columnsOf(row.returns_relation)
        .map(({ name, type, sql_type: sqlType }) => columnOf(name, parts.types.resolve(type), sqlType)),
    }
  }
  const type = parts.types.resolve(row.returns)
  const base = baseType(type)
  if (base !== type && typeof base !== 'string' && base.kind === 'composite')
    return 'functions of a domain over a composite type'
  const [only] = columns
  const name = several === undefined || only === undefined ? 'value' : only.name
  return { isScalar: true, table: undefined, gives: several ?? 'value', columns: [columnOf(name, type)] }
}

/** Nothing of what a function gives is certain not to be NULL. */
function columnOf(name: string, type: TypeSchema, sqlType = ''): CatalogColumn {
  return {
    ...{ name, type, sqlType, comment: undefined, nullable: true, hasDefault: false },
    ...{ identity: undefined, generated: undefined, expression: undefined },
  }
}

import type { FunctionSchema } from '../../src/schema/function.js'
import type { RelationSchema, TableSchema } from '../../src/schema/table.js'
import { isOfExtension, type RangeTypeSchema, type TypeSchema } from '../../src/schema/type.js'
import { DEFAULT_SCHEMA } from '../naming/unique.js'

/**
 * A table's metadata without the default schema, in itself and in all that it leads to: what the search_path is then
 * decides where that is. Types of extensions stay where the extension was made.
 */
export function followingSearchPath(table: TableSchema): TableSchema {
  const { relations } = table
  return {
    ...table,
    schema: placeOf(table.schema),
    columns: table.columns.map((column) => ({ ...column, type: typeOf(column.type) })),
    foreignKeys: table.foreignKeys.map((key) => {
      const { references } = key
      return { ...key, references: { ...references, schema: placeOf(references.schema) } }
    }),
    ...(relations && { relations: relations.map(relationOf) }),
  }
}

/** The same of a function. */
export function functionFollowingSearchPath(each: FunctionSchema): FunctionSchema {
  const { schema, parameters, rows } = each
  return {
    ...each,
    schema: placeOf(schema),
    parameters: parameters.map((parameter) => ({ ...parameter, type: typeOf(parameter.type) })),
    rows: typeof rows === 'string' ? nameOf(rows) : followingSearchPath(rows),
  }
}

function placeOf(schema: string): string {
  return schema === DEFAULT_SCHEMA ? '' : schema
}

/** A qualified name has nothing but the schema before its first dot, or a quote. */
function nameOf(qualified: string): string {
  const prefix = `${DEFAULT_SCHEMA}.`
  return qualified.startsWith(prefix) ? qualified.slice(prefix.length) : qualified
}

function relationOf(relation: RelationSchema): RelationSchema {
  const { target, through } = relation
  return {
    ...relation,
    target: nameOf(target),
    ...(through && { through: { ...through, table: nameOf(through.table) } }),
  }
}

function typeOf(type: TypeSchema): TypeSchema {
  if (typeof type === 'string' || type.kind === 'converted' || isOfExtension(type)) return type
  if (type.kind === 'array') return { ...type, element: typeOf(type.element) }
  const schema = placeOf(type.schema)
  switch (type.kind) {
    case 'domain':
      return { ...type, schema, base: typeOf(type.base) }
    case 'range':
      return rangeOf(type)
    case 'multirange':
      return { ...type, schema, range: rangeOf(type.range) }
    case 'composite':
      return { ...type, schema, fields: type.fields.map((field) => ({ ...field, type: typeOf(field.type) })) }
    case 'enum':
      return { ...type, schema }
  }
}

function rangeOf(range: RangeTypeSchema): RangeTypeSchema {
  return { ...range, schema: placeOf(range.schema), subtype: typeOf(range.subtype) }
}

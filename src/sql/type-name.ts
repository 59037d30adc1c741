import { sql, type RawBuilder } from 'kysely'
import { isBuiltIn } from '../types/type-oids.js'
import type { TypeSchema } from '../schema/type.js'

/** A type's name for a cast. A bare name that is no built-in type is looked up in the search_path. */
export function typeName(type: TypeSchema): RawBuilder<unknown> {
  if (typeof type === 'string') {
    return isBuiltIn(type) ? sql`${sql.id('pg_catalog', type)}` : sql`${sql.id(type)}`
  }
  if (type.kind === 'converted') return typeName(type.type)
  if (type.kind === 'array') return sql`${typeName(type.element)}[]`
  return sql`${sql.id(type.schema, type.name)}`
}

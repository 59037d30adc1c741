import { closest } from '../../choices.js'
import type { SchemaRegistry } from '../../schema/registry.js'
import type { TableSchema } from '../../schema/table.js'
import { findColumn } from '../columns.js'
import { lookupNames } from '../lookups/parse-lookups.js'
import { fieldsAndRelations, findRelation } from '../related/path.js'

/** How Django's `company__name__icontains` is written here, where all of its parts are known. */
export function djangoForm(table: TableSchema, schemas: SchemaRegistry, key: string): string | undefined {
  const parts = key.split('__').filter((part) => part !== '')
  const inner = parts.length > 16 ? undefined : written(table, schemas, parts)
  return inner && `Django's "${key}" is ${inner} here.`
}

function written(
  table: TableSchema,
  schemas: SchemaRegistry,
  [part = '', ...rest]: readonly string[],
): string | undefined {
  const name = closest(part, fieldsAndRelations(table))
  if (name === undefined) return undefined
  const relation = findRelation(table, name)
  const value = relation
    ? rest.length > 0 && written(schemas.table(relation.target), schemas, rest)
    : lookup(table, name, rest)
  if (!value) return undefined
  return `{ ${name}: ${relation?.kind === 'many' ? `{ some: ${value} }` : value} }`
}

function lookup(table: TableSchema, property: string, rest: readonly string[]): string | undefined {
  const column = findColumn(table, property)
  const [name = 'exact', ...others] = rest
  if (column === undefined || others.length > 0) return undefined
  if (rest.length === 0) return '…'
  const known = closest(name, lookupNames(column))
  return known && `{ ${known}: … }`
}

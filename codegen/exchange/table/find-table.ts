import { qualifiedName } from '../../../src/schema/qualified-name.js'
import { didYouMean } from '../../config/did-you-mean.js'
import { CodegenError } from '../../errors.js'
import type { TableModel } from '../../model/database-model.js'

/**
 * The table that is called so: as its repository is, as schema and table, or as the table alone where one schema has it.
 *
 * @throws {@link CodegenError} with the names that are there, the nearest first.
 */
export function findTable(name: string, tables: readonly TableModel[]): TableModel {
  const found =
    tables.find(({ names }) => names.property === name) ??
    tables.find(({ schema }) => qualifiedName(schema) === name || `${schema.schema}.${schema.name}` === name)
  if (found !== undefined) return found
  const [first, ...others] = tables.filter(({ schema }) => schema.name === name)
  if (first === undefined) {
    const known = tables.map(({ names }) => names.property)
    throw new CodegenError(`There is no table or view "${name}".${didYouMean(name, known)}`)
  }
  if (others.length === 0) return first
  const places = [first, ...others].map(({ schema }) => qualifiedName(schema))
  throw new CodegenError(`Several tables are called "${name}": say which by ${places.join(' or ')}.`)
}

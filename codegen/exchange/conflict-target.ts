import type { TableSchema } from '../../src/schema/table.js'
import { didYouMean } from '../config/did-you-mean.js'
import { CodegenError } from '../errors.js'

/** What becomes of a row whose unique key is taken. */
export type ConflictAction = 'error' | 'ignore' | 'update'

/** By what rows are found that are there already; undefined: by any key. */
export type ConflictTarget =
  { readonly uniqueFields: readonly string[] } | { readonly uniqueIndex: string } | undefined

/**
 * By what rows are found that are there already: the columns of a unique key, or the name of its index.
 *
 * @throws {@link CodegenError} for what is neither, and where nothing is said and nothing goes without saying.
 */
export function conflictTarget(
  table: TableSchema,
  onConflict: ConflictAction,
  unique: readonly string[] | undefined,
): ConflictTarget {
  if (onConflict === 'error') {
    if (unique === undefined) return undefined
    throw new CodegenError(
      '--unique names what rows are found by: give --on-conflict ignore or update with it.',
    )
  }
  if (unique === undefined) {
    // Any key may be in the way of a row that is then left out.
    if (onConflict === 'ignore') return undefined
    if (table.primaryKey.length > 0) return { uniqueFields: table.primaryKey }
    throw new CodegenError(
      'The table has no primary key: give --unique, by which rows are found that are there.',
    )
  }
  const [name = ''] = unique
  const indexes = table.uniqueIndexes?.map((index) => index.name) ?? []
  const properties = unique.map(
    (each) => table.columns.find((column) => column.property === each || column.name === each)?.property,
  )
  const missing = unique[properties.indexOf(undefined)]
  if (missing === undefined) return { uniqueFields: properties as string[] }
  if (unique.length === 1 && indexes.includes(name)) return { uniqueIndex: name }
  const known = [...table.columns.map(({ property }) => property), ...indexes]
  throw new CodegenError(
    `--unique: there is no column or unique index "${missing}".${didYouMean(missing, known)}`,
  )
}

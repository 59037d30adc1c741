import { groupBy } from '../../group-by.js'
import type { CatalogTable } from '../../introspect/catalog.js'
import { type Key, uniqueKeysOf } from './key.js'

/** A way through a link table: `near` refers to the table it starts from, `far` to the one it leads to. */
export interface Link {
  readonly near: Key
  readonly far: Key
}

/**
 * Every way through a link table, in both directions. A link table is one whose primary key, or another unique key,
 * consists of the columns of two foreign keys, so that a pair of rows is linked once. It may have columns beside them
 * as long as an insert may leave these out (`created_at timestamptz DEFAULT now()`): a table with anything of its own
 * to say is related to as itself.
 */
export function linksOf(keys: readonly Key[]): Link[] {
  return [...groupBy(keys, ({ table }) => table)].flatMap(([table, own]) =>
    own.flatMap((near) => own.filter((far) => isLink(table, near, far)).map((far) => ({ near, far }))),
  )
}

function isLink(table: CatalogTable, near: Key, far: Key): boolean {
  if (near === far || near.isUnique || far.isUnique) return false
  const columns = new Set([...near.columns, ...far.columns])
  const isUnique = uniqueKeysOf(table).some(
    (unique) => unique.length === columns.size && unique.every((column) => columns.has(column)),
  )
  return isUnique && table.columns.every((column) => columns.has(column.name) || isFilled(column))
}

function isFilled({ nullable, hasDefault, identity, generated }: CatalogTable['columns'][number]): boolean {
  return nullable || hasDefault || identity !== undefined || generated !== undefined
}

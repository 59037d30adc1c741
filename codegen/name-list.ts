import { qualifiedName } from '../src/schema/qualified-name.js'
import type { TableModel } from './model/database-model.js'

/** At most this many tables are listed. */
const SHOWN = 40
/** Longer names do not set the width of a column. */
const WIDEST = 40

type Named = Pick<TableModel, 'table' | 'names'>

/**
 * What each table's repository and rows are called, in columns. Of many tables those come first whose row has lost more
 * than an `s`, since there a look is worth the while.
 */
export function nameList(tables: readonly Named[], out: string): string[] {
  const isMany = tables.length > SHOWN
  const sorted = isMany
    ? [...tables].sort((left, right) => Number(isPlain(left)) - Number(isPlain(right)))
    : tables
  const rows = sorted
    .slice(0, SHOWN)
    .map(({ table, names }) => [qualifiedName(table), names.property, names.row] as const)
  const [first, second] = [
    widthOf(rows.map(([table]) => table)),
    widthOf(rows.map(([, property]) => property)),
  ]
  return [
    '  table → repository → row:',
    ...rows.map(
      ([table, property, row]) => `    ${table.padEnd(first)} → ${property.padEnd(second)} → ${row}`,
    ),
    ...(isMany ? [`    and ${tables.length - SHOWN} more, under Repositories in ${out}/index.ts`] : []),
  ]
}

function isPlain({ names }: Named): boolean {
  const [many, one] = [names.property.toLowerCase(), names.row.toLowerCase()]
  return many === one || many === `${one}s`
}

function widthOf(names: readonly string[]): number {
  return names.reduce((width, { length }) => (length > WIDEST ? width : Math.max(width, length)), 0)
}

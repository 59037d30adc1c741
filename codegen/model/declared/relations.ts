import { qualifiedName } from '../../../src/schema/qualified-name.js'
import { typeLabel } from '../../../src/schema/type.js'
import { lookupKind } from '../../../src/types/lookup-kind.js'
import { areComparable } from '../../../src/types/same-type.js'
import { CodegenError } from '../../errors.js'
import { groupBy } from '../../group-by.js'
import type { Catalog, CatalogForeignKey, CatalogTable } from '../../introspect/catalog.js'
import { areUnique, uniqueKeysOf } from '../relations/key.js'
import { declarationOf, keyTitle, type RelationSettings } from '../relations/settings.js'
import { columnOf, placeIn, placeLabel } from './places.js'

/**
 * The catalog with the declared relations among its foreign keys, as keys that do not hold.
 *
 * @throws {@link CodegenError} for one of what is not there, to what is not unique, between what cannot be compared, or
 * that is there already.
 */
export function withRelations(catalog: Catalog, settings: RelationSettings): Catalog {
  const declared = Object.entries(settings).flatMap(([entry, setting]) => {
    const declaration = declarationOf(setting)
    return declaration === undefined ? [] : [{ entry, ...declaration }]
  })
  const keys: [CatalogTable, CatalogForeignKey][] = []
  for (const { entry, to, names } of declared) {
    const at = `relations[${JSON.stringify(entry)}]`
    const { table, columns } = placeIn(catalog, entry, at)
    if (columns === undefined) {
      throw new CodegenError(`${at} names no column of ${qualifiedName(table)}: write it behind the table.`)
    }
    const target = targetOf(catalog, to, at, columns.length)
    const { schema, name } = target.table
    const key: CatalogForeignKey = {
      name: placeLabel(table, columns),
      ...{ comment: undefined, holds: false, columns },
      references: { schema, table: name, columns: target.columns },
      declared: { entry, names },
    }
    checkPairs(table, target, columns, at)
    checkNew(table, key, keys, at)
    keys.push([table, key])
  }
  const added = groupBy(keys, ([table]) => table)
  return {
    ...catalog,
    tables: catalog.tables.map((table) => {
      const own = added.get(table)?.map(([, key]) => key) ?? []
      return own.length === 0 ? table : { ...table, foreignKeys: [...table.foreignKeys, ...own] }
    }),
  }
}

interface Target {
  readonly table: CatalogTable
  readonly columns: readonly string[]
}

/** Without columns it is the primary key. */
function targetOf(catalog: Catalog, to: string, at: string, length: number): Target {
  const { table, columns = table.primaryKey } = placeIn(catalog, to, at)
  const name = qualifiedName(table)
  if (columns.length === 0) {
    throw new CodegenError(
      `${at} leads to ${name}, which has no primary key. Name the columns that it leads to, '${name}.id', or declare ` +
        `a key: keys: { '${name}': ['id'] }.`,
    )
  }
  if (columns.length !== length) {
    throw new CodegenError(
      `${at} is of ${count(length)}, and what it leads to of ${columns.length}: ${placeLabel(table, columns)}.`,
    )
  }
  if (!areUnique(table, columns)) {
    const keys = uniqueKeysOf(table).map((key) => placeLabel(table, key))
    throw new CodegenError(
      `${at} leads to ${placeLabel(table, columns)}, which is not unique: several rows could be meant. ` +
        `${keys.length === 0 ? `${name} has no key` : `Its keys: ${keys.join(', ')}`}. ` +
        `If it is unique nevertheless, declare that: keys: { '${name}': [${columns.map((each) => `'${each}'`).join(', ')}] }.`,
    )
  }
  return { table, columns }
}

function checkPairs(table: CatalogTable, target: Target, columns: readonly string[], at: string): void {
  if (new Set(columns).size < columns.length || new Set(target.columns).size < columns.length) {
    throw new CodegenError(`${at} names a column twice.`)
  }
  for (const [index, name] of columns.entries()) {
    const own = columnOf(table, name, at)
    const other = columnOf(target.table, target.columns[index] ?? '', at)
    if (own === other) throw new CodegenError(`${at} leads from a column to itself.`)
    const isEqual = [own, other].every(({ type }) => lookupKind(type) !== 'null')
    if (isEqual && areComparable(own.type, other.type)) continue
    const [left, right] = [
      `${qualifiedName(table, own.name)} is ${typeLabel(own.type)}`,
      `${qualifiedName(target.table, other.name)} is ${typeLabel(other.type)}`,
    ]
    throw new CodegenError(`${at}: ${left} and ${right}, which PostgreSQL does not compare.`)
  }
}

function checkNew(
  table: CatalogTable,
  key: CatalogForeignKey,
  declared: readonly (readonly [CatalogTable, CatalogForeignKey])[],
  at: string,
): void {
  const own = [...table.foreignKeys, ...declared.flatMap(([of, each]) => (of === table ? [each] : []))]
  const other = own.find((each) => isSameKey(each, key))
  if (other === undefined) return
  const title = keyTitle(table, other)
  throw new CodegenError(
    other.declared === undefined
      ? `${at} is what the ${title} says already. Leave it out; names are set by the constraint.`
      : `${at} is what the ${title} says as well. Leave one of the two out.`,
  )
}

function isSameKey(left: CatalogForeignKey, right: CatalogForeignKey): boolean {
  const pairs = ({ columns, references }: CatalogForeignKey) =>
    columns.map((column, index) => JSON.stringify([column, references.columns[index]])).sort()
  return (
    left.references.schema === right.references.schema &&
    left.references.table === right.references.table &&
    JSON.stringify(pairs(left)) === JSON.stringify(pairs(right))
  )
}

function count(length: number): string {
  return `${length} column${length === 1 ? '' : 's'}`
}

import type { RelationSchema } from '../../../src/schema/table.js'
import { qualifiedName } from '../../../src/schema/qualified-name.js'
import { CodegenError } from '../../errors.js'
import { groupBy } from '../../group-by.js'
import type { CatalogTable } from '../../introspect/catalog.js'
import type { Inflection } from '../../naming/inflection.js'
import type { NamingStyle } from '../../naming/style.js'
import { compare } from '../../naming/unique.js'
import { chooseNames } from './choose-names.js'
import { type Key, keysOf } from './key.js'
import { type Link, linksOf } from './links.js'
import { type PropertyOf, type Proposal, proposals } from './proposal.js'
import { type RelationSettings, SettingsReader } from './settings.js'

/** A relation and the table it leads to. */
export interface Relation {
  readonly schema: RelationSchema
  readonly target: CatalogTable
  readonly form: Proposal['form']
  /** Whether its rows cannot be without the one that they belong to, by columns that are never NULL. */
  readonly isFixed: boolean
  /** What the settings call the key that it is made from. */
  readonly entry: string
  /** The key it is made from, when its name is not the one the rules give first. */
  readonly renamed: Key | undefined
}

export interface RelationsOptions {
  readonly settings: RelationSettings
  readonly style: NamingStyle
  readonly inflection: Inflection
  readonly propertyOf: PropertyOf
  /** The property of each of a table's columns, by name in SQL. */
  readonly columnsOf: (table: CatalogTable) => ReadonlyMap<string, string>
}

/**
 * The relations of every table, by the foreign keys: first those that refer, then those that are referred to, then
 * those through link tables.
 *
 * @throws {@link CodegenError} for names in the settings or in comments that cannot be.
 */
export function buildRelations(
  tables: readonly CatalogTable[],
  { settings, style, inflection, propertyOf, columnsOf }: RelationsOptions,
): Map<CatalogTable, Relation[]> {
  const keys = keysOf(tables, new SettingsReader(settings, tables))
  const links = linksOf(keys)
  checkThrough(keys, links)
  const byTable = groupBy(proposals(keys, links, { propertyOf, style, inflection }), ({ table }) => table)
  return new Map(
    [...byTable].map(([table, own]) => {
      const columns = new Map([...columnsOf(table)].map(([name, property]) => [property, name]))
      const names = [...chooseNames(own, columns)].sort(inOrder)
      return [table, names.map(([proposal, name]) => toRelation(proposal, name, columnsOf))]
    }),
  )
}

function toRelation(proposal: Proposal, name: string, columnsOf: RelationsOptions['columnsOf']): Relation {
  const { form, key, far, target, set, candidates } = proposal
  const properties = (table: CatalogTable, columns: readonly string[]) =>
    columns.map((column) => columnsOf(table).get(column) ?? column)
  const own = properties(key.table, key.columns)
  const referred = properties(key.target, key.targetColumns)
  const isForward = form === 'forward'
  const isOne = isForward || (form === 'inverse' && key.isUnique)
  const schema: RelationSchema = {
    name,
    kind: isOne ? 'one' : 'many',
    nullable: isOne && (!isForward || key.isNullable),
    target: qualifiedName(target),
    columns: isForward ? own : referred,
    targetColumns: far !== undefined ? properties(far.target, far.targetColumns) : isForward ? referred : own,
    ...(far !== undefined && {
      through: {
        table: qualifiedName(key.table),
        columns: own,
        targetColumns: properties(far.table, far.columns),
      },
    }),
  }
  const isExpected = set !== undefined || name === candidates[0]
  const isFixed =
    form === 'inverse' &&
    key.table.columns.every(({ name: column, nullable }) => !nullable || !key.columns.includes(column))
  return { schema, target, form, isFixed, entry: key.entry, renamed: isExpected ? undefined : key }
}

function checkThrough(keys: readonly Key[], links: readonly Link[]): void {
  const near = new Set(links.map((link) => link.near))
  const key = keys.find((each) => each.names.through !== undefined && !near.has(each))
  if (key === undefined) return
  throw new CodegenError(
    `The ${key.title} sets the name "${key.names.through ?? ''}" for what is through its table, ` +
      `which is no link table: no unique key of it consists of two foreign keys, or an insert needs other columns too.`,
  )
}

const FORMS: readonly Proposal['form'][] = ['forward', 'inverse', 'through']

/** Relations that refer as their columns are ordered, the others by name. */
function inOrder([left, leftName]: [Proposal, string], [right, rightName]: [Proposal, string]): number {
  const byForm = FORMS.indexOf(left.form) - FORMS.indexOf(right.form)
  const byPlace = left.form === 'forward' && byForm === 0 ? placeOf(left.key) - placeOf(right.key) : 0
  return byForm || byPlace || compare(leftName, rightName)
}

function placeOf({ table, columns }: Key): number {
  return table.columns.findIndex(({ name }) => columns.includes(name))
}

import type { CatalogTable } from '../../introspect/catalog.js'
import { fingerprint } from '../../naming/unique.js'
import { joinWords, type NamingStyle } from '../../naming/style.js'
import type { Inflection } from '../../naming/inflection.js'
import { words } from '../../naming/words.js'
import { constraintWords } from './constraint-words.js'
import type { Key } from './key.js'
import type { Link } from './links.js'
import { roleOf, roleWithTarget, type Target, withTarget } from './role.js'

/** One direction of a key or link, before it has its name. */
export interface Proposal {
  /** The table whose property it becomes. */
  readonly table: CatalogTable
  readonly target: CatalogTable
  readonly form: 'forward' | 'inverse' | 'through'
  readonly key: Key
  /** The key to the target, for `through`. */
  readonly far?: Key
  /** The name that the user gave it. */
  readonly set: string | undefined
  /** The names it may have, best first; the last is nobody else's. */
  readonly candidates: readonly string[]
}

/** How a table is called in TypeScript: the key of its repository. */
export type PropertyOf = (table: CatalogTable) => string

/** What names are made by. */
export interface Naming {
  readonly propertyOf: PropertyOf
  readonly style: NamingStyle
  readonly inflection: Inflection
}

/** Both directions of each key, and of each link, with the names they may have. */
export function proposals(
  keys: readonly Key[],
  links: readonly Link[],
  { propertyOf, style, inflection }: Naming,
): Proposal[] {
  const join = (...parts: readonly string[]) => joinWords(parts, style)
  const many = (table: CatalogTable) => inflection.plural(words(propertyOf(table)))
  const one = (table: CatalogTable) => inflection.singular(words(propertyOf(table)))
  const targetOf = (key: Key): Target => ({ one: one(key.target), inflection })
  const role = (key: Key) => roleOf(key, targetOf(key))
  const roleWords = (key: Key) => (key.names.name === undefined ? role(key).words : words(key.names.name))
  const pairs = countBy(keys, (key) => pairOf(key.table, key.target))
  const linkPairs = countBy(links, ({ near, far }) => pairOf(near.target, far.target))
  const roleOfLink = ({ near, far }: Link) => `${pairOf(near.target, far.target)} ${join(...roleWords(near))}`
  const roles = countBy(links, roleOfLink)
  const lastResort = (base: readonly string[], form: Proposal['form'], ...of: readonly Key[]) =>
    `${join(...base)}_${fingerprint(JSON.stringify([form, ...of.map(({ label }) => label)]))}`

  const forward = keys.map((key): Proposal => {
    const target = targetOf(key)
    const roleAndTarget = roleWithTarget(role(key).words, target)
    const byConstraint = constraintNames(key, (name) => join(...withTarget(name, target)))
    return {
      ...{ table: key.table, target: key.target, form: 'forward', key, set: key.names.name },
      candidates: [
        ...(role(key).isColumn ? [] : [join(...role(key).words)]),
        // Several columns that say no more than the table does: the constraint may.
        ...(key.columns.length > 1 ? byConstraint : []),
        join(...roleAndTarget),
        ...(key.columns.length > 1 ? [] : byConstraint),
        join(...roleAndTarget, 'by', ...key.columns.flatMap(words)),
        lastResort(target.one, 'forward', key),
      ],
    }
  })
  const inverse = keys.map((key): Proposal => {
    const base = key.isUnique ? one(key.table) : many(key.table)
    const isAlone = pairs.get(pairOf(key.table, key.target)) === 1 && key.table !== key.target
    return {
      ...{ table: key.target, target: key.table, form: 'inverse', key, set: key.names.inverse },
      candidates: [
        ...(isAlone ? [join(...base)] : []),
        join(...base, 'by', ...roleWords(key)),
        ...constraintNames(key, (name) => join(...base, 'by', ...name)),
        join(...base, 'by', ...key.columns.flatMap(words)),
        join(...base, 'by', ...key.columns.flatMap(words), 'to', ...key.targetColumns.flatMap(words)),
        lastResort(base, 'inverse', key),
      ],
    }
  })
  const through = links.map((link): Proposal => {
    const { near, far } = link
    const base = many(far.target)
    const table = words(propertyOf(near.table))
    const isSelf = near.target === far.target
    const isRoleAlone = roles.get(roleOfLink(link)) === 1
    return {
      ...{ table: near.target, target: far.target, form: 'through', key: near, far, set: near.names.through },
      candidates: [
        ...(linkPairs.get(pairOf(near.target, far.target)) === 1 ? [join(...base)] : []),
        ...(!isSelf ? [join(...base, 'by', ...table)] : []),
        ...(isSelf && isRoleAlone ? [join(...base, 'by', ...roleWords(near))] : []),
        join(...base, 'by', ...table, ...roleWords(near)),
        ...constraintNames(near, (name) => join(...base, 'by', ...table, ...name)),
        join(...base, 'by', ...table, ...near.columns.flatMap(words), 'to', ...far.columns.flatMap(words)),
        lastResort(base, 'through', near, far),
      ],
    }
  })
  return [...forward, ...inverse, ...through]
}

/** The name that a constraint gives, if people have named it. */
function constraintNames(key: Key, toName: (name: readonly string[]) => string): string[] {
  const name = constraintWords(key)
  return name === undefined ? [] : [toName(name)]
}

function pairOf(from: CatalogTable, to: CatalogTable): string {
  return JSON.stringify([from.schema, from.name, to.schema, to.name])
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

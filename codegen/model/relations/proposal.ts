import type { CatalogTable } from '../../introspect/catalog.js'
import { fingerprint } from '../../naming/unique.js'
import { camelCase, pascalCase, plural, singular, words } from '../../naming/words.js'
import type { Key } from './key.js'
import type { Link } from './links.js'
import { type Role, roleOf, roleWithTarget } from './role.js'

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

/** Both directions of each key, and of each link, with the names they may have. */
export function proposals(keys: readonly Key[], links: readonly Link[], propertyOf: PropertyOf): Proposal[] {
  const many = (table: CatalogTable) => plural(words(propertyOf(table)))
  const one = (table: CatalogTable) => singular(words(propertyOf(table)))
  const role = (key: Key) => roleOf(key, one(key.target))
  const roleName = (key: Key) =>
    key.names.name === undefined ? pascalCase(role(key).words) : capitalise(key.names.name)
  const pairs = countBy(keys, (key) => pairOf(key.table, key.target))
  const linkPairs = countBy(links, ({ near, far }) => pairOf(near.target, far.target))
  const roles = countBy(links, ({ near, far }) => `${pairOf(near.target, far.target)} ${roleName(near)}`)

  const forward = keys.map((key): Proposal => ({
    ...{ table: key.table, target: key.target, form: 'forward', key, set: key.names.name },
    candidates: [
      ...forwardNames(key, role(key), one(key.target)),
      lastResort(one(key.target), 'forward', key),
    ],
  }))
  const inverse = keys.map((key): Proposal => {
    const base = key.isUnique ? one(key.table) : many(key.table)
    const by = `${camelCase(base)}By${roleName(key)}`
    const isAlone = pairs.get(pairOf(key.table, key.target)) === 1 && key.table !== key.target
    return {
      ...{ table: key.target, target: key.table, form: 'inverse', key, set: key.names.inverse },
      candidates: [...(isAlone ? [camelCase(base)] : []), by, lastResort(base, 'inverse', key)],
    }
  })
  const through = links.map(({ near, far }): Proposal => {
    const base = camelCase(many(far.target))
    const pair = pairOf(near.target, far.target)
    const link = pascalCase(words(propertyOf(near.table)))
    const isSelf = near.target === far.target
    const isRoleAlone = roles.get(`${pair} ${roleName(near)}`) === 1
    return {
      ...{ table: near.target, target: far.target, form: 'through', key: near, far, set: near.names.through },
      candidates: [
        ...(linkPairs.get(pair) === 1 ? [base] : []),
        ...(isSelf ? (isRoleAlone ? [`${base}By${roleName(near)}`] : []) : [`${base}By${link}`]),
        `${base}By${link}${roleName(near)}`,
        lastResort(many(far.target), 'through', near, far),
      ],
    }
  })
  return [...forward, ...inverse, ...through]
}

function forwardNames(key: Key, { words: role, isColumn }: Role, target: readonly string[]): string[] {
  const withTarget = roleWithTarget(role, target)
  const columns = key.columns.map((column) => pascalCase(words(column))).join('')
  return [
    ...(isColumn ? [] : [camelCase(role)]),
    camelCase(withTarget),
    `${camelCase(withTarget)}By${columns}`,
  ]
}

function lastResort(base: readonly string[], form: Proposal['form'], ...keys: readonly Key[]): string {
  return `${camelCase(base)}_${fingerprint(JSON.stringify([form, ...keys.map(({ label }) => label)]))}`
}

function pairOf(from: CatalogTable, to: CatalogTable): string {
  return JSON.stringify([from.schema, from.name, to.schema, to.name])
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

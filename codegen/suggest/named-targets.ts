import type { CatalogColumn, CatalogTable } from '../introspect/catalog.js'
import { uniqueKeysOf } from '../model/relations/key.js'
import type { Inflection } from '../naming/inflection.js'
import { words } from '../naming/words.js'

/** Words at a column's end that say that it refers, and not to what. */
const ENDINGS = ['id', 'fk', 'uuid', 'guid']

/** A column that is a key by itself. */
export interface Target {
  readonly table: CatalogTable
  readonly column: CatalogColumn
  readonly isPrimary: boolean
}

/** The keys of one column, the primary one first. */
export function targetsOf(table: CatalogTable): Target[] {
  return uniqueKeysOf(table).flatMap((key) => {
    const column = table.columns.find(({ name }) => name === key[0])
    const isPrimary = key === table.primaryKey
    return key.length > 1 || column === undefined ? [] : [{ table, column, isPrimary }]
  })
}

/** Whether a column is by itself a key of its table. */
export function isOwnKey(table: CatalogTable, name: string): boolean {
  return targetsOf(table).some(({ column }) => column.name === name)
}

/** Whether a column is called as those that refer to something: `user_id`. */
export function isReference(column: string): boolean {
  return ENDINGS.includes(words(column).at(-1) ?? '')
}

/** The tables of one schema by how columns are called that refer to them. */
export class NamedTargets {
  readonly #byTable = new Map<string, Target[]>()
  readonly #byKey = new Map<string, Target[]>()
  readonly #withoutKey = new Map<string, CatalogTable>()

  constructor(tables: readonly CatalogTable[], inflection: Inflection) {
    for (const table of tables) {
      const targets = targetsOf(table)
      const own = words(table.name)
      const stems = [...new Set([inflection.singular(own).join(''), own.join('')])]
      for (const stem of stems) {
        for (const ending of targets.length === 0 ? ENDINGS : [])
          this.#withoutKey.set(`${stem}${ending}`, table)
      }
      for (const target of targets) {
        const key = words(target.column.name)
        const ends = new Set([key.join(''), ...(target.isPrimary ? ['', ...ENDINGS] : [])])
        for (const stem of stems) for (const end of ends) add(this.#byTable, `${stem}${end}`, target)
        if (target.isPrimary && key.length > 1) add(this.#byKey, key.join(''), target)
      }
    }
  }

  /**
   * What a column of `table` may refer to by its name, by the first of these rules that finds any:
   *
   * 1. the table's name and its key: `user_id`, `userId`, `userid` and `user` of `users`, `country_code` of `countries`
   *    with the key `code`;
   * 2. the key's own name, if it says more than `id`: `subject_id` of a table with that key, unless both have it as key;
   * 3. a role before the first: `billing_address_id` of `addresses`;
   * 4. `parent_id`: another row of the table itself.
   *
   * A table's key that is called as the table says refers to nothing: `payment_id` of `payments`.
   */
  find(table: CatalogTable, { name }: CatalogColumn): readonly Target[] {
    const own = words(name)
    const isOther = (target: Target) => target.table !== table || target.column.name !== name
    const named = this.#byTable.get(own.join('')) ?? []
    if (!named.every(isOther)) return []
    const isKey = isOwnKey(table, name)
    const rules = [
      () => named,
      () => (isKey ? [] : this.#byKey.get(own.join(''))),
      () => (isReference(name) ? this.#behindRole(own) : []),
      () =>
        isReference(name) && own.length === 2 && own[0] === 'parent' ? targetsOf(table).slice(0, 1) : [],
    ]
    for (const rule of rules) {
      const found = (rule() ?? []).filter(isOther)
      if (found.length > 0) return found
    }
    return []
  }

  /** Another table that is called as a column says, but has no key of one column. */
  withoutKey(table: CatalogTable, { name }: CatalogColumn): CatalogTable | undefined {
    const found = this.#withoutKey.get(words(name).join(''))
    return found === table ? undefined : found
  }

  /** Of the longest end of a name that is called as a table: `order_item_id` is of `order_items`, not of `items`. */
  #behindRole(own: readonly string[]): readonly Target[] | undefined {
    const ends = own.map((_, start) => own.slice(start).join('')).slice(1, -1)
    const end = ends.find((each) => this.#byTable.has(each))
    return end === undefined ? [] : this.#byTable.get(end)
  }
}

function add(targets: Map<string, Target[]>, name: string, target: Target): void {
  const present = targets.get(name)
  if (present === undefined) targets.set(name, [target])
  else present.push(target)
}

import { qualifiedName } from '../../../src/schema/qualified-name.js'
import type { CatalogForeignKey, CatalogTable } from '../../introspect/catalog.js'
import { CodegenError } from '../../errors.js'
import { RESERVED_PROPERTIES } from '../../naming/property.js'

/** Names that the user gives to the relations of one foreign key, in place of those made from its columns. */
export interface RelationNames {
  /** Of the row it refers to: `author`. */
  readonly name?: string
  /** Of the rows that refer, in the table it refers to: `posts`. */
  readonly inverse?: string
  /**
   * For a key of a link table: of the rows on the link's other side, in the table the key refers to. `categories` on
   * the key from `product_categories` to `products`.
   */
  readonly through?: string
}

/** A relation that no foreign key makes, with names for it if they are set. */
export interface DeclaredRelation extends RelationNames {
  /** What it leads to: a table, by its key, or columns of one: `app.users`, `app.users.email`, `app.members (org, id)`. */
  readonly to: string
}

/**
 * By constraint, {@link RelationNames}: `public.posts_author_id_fkey`, or `public.posts.posts_author_id_fkey` where several
 * tables of a schema have a constraint of that name. By column, or columns as `app.notes (org, author)`, a relation that
 * no foreign key makes, with what it leads to.
 */
export type RelationSettings = Readonly<Record<string, string | RelationNames | DeclaredRelation>>

/** What a setting declares; undefined for one that names the relations of a constraint. */
export function declarationOf(
  setting: RelationSettings[string],
): { readonly to: string; readonly names: RelationNames } | undefined {
  if (typeof setting === 'string') return { to: setting, names: {} }
  if (typeof setting !== 'object' || setting === null || !('to' in setting)) return undefined
  const { to, ...names } = setting
  return { to, names }
}

/** What tells a foreign key apart, and names it in messages. */
export function keyLabel(table: CatalogTable, { name, declared }: CatalogForeignKey): string {
  return declared === undefined ? qualifiedName(table, name) : name
}

/** A foreign key as messages begin with it. */
export function keyTitle(table: CatalogTable, key: CatalogForeignKey): string {
  return key.declared === undefined
    ? `foreign key ${keyLabel(table, key)}`
    : `declared relation ${key.declared.entry}`
}

/** Finds the names set for a key: by the settings, else by its comment, each name for itself. */
export class SettingsReader {
  readonly #settings: RelationSettings
  /** How many keys each entry is of. */
  readonly #entries = new Map<string, number>()

  /** @throws {@link CodegenError} for a setting that is of no foreign key, or of several. */
  constructor(settings: RelationSettings, tables: readonly CatalogTable[]) {
    this.#settings = settings
    const keys = tables.flatMap((table) =>
      table.foreignKeys.filter(({ declared }) => !declared).map((key) => [table, key] as const),
    )
    for (const entry of keys.flatMap(([table, key]) => entriesOf(table, key))) {
      this.#entries.set(entry, (this.#entries.get(entry) ?? 0) + 1)
    }
    for (const [entry, names] of Object.entries(settings)) {
      if (declarationOf(names) !== undefined) continue
      const found = keys.filter(([table, key]) => entriesOf(table, key).includes(entry))
      if (found.length === 1) checkEntry(entry, names)
      else if (found.length === 0) throw unknownEntry(entry, keys)
      else {
        const labels = found.map(([table, key]) => `"${keyLabel(table, key)}"`).join(' or ')
        throw new CodegenError(`The relation names set for "${entry}" are ambiguous: write ${labels}.`)
      }
    }
  }

  /** What a key's names are set by: the shortest that is of no other key. */
  entryOf(table: CatalogTable, key: CatalogForeignKey): string {
    if (key.declared !== undefined) return key.declared.entry
    const [short, label] = entriesOf(table, key)
    return this.#entries.get(short) === 1 ? short : label
  }

  /** @throws {@link CodegenError} for what cannot be a property. */
  read(table: CatalogTable, key: CatalogForeignKey): RelationNames {
    const names: Readonly<Record<string, string>> = { ...(key.declared?.names ?? this.#namesOf(table, key)) }
    for (const name of Object.values(names)) checkName(name, keyTitle(table, key))
    return names
  }

  #namesOf(table: CatalogTable, key: CatalogForeignKey): RelationNames {
    const set = entriesOf(table, key).map((entry) => {
      const setting = Object.hasOwn(this.#settings, entry) ? this.#settings[entry] : undefined
      return typeof setting === 'object' && declarationOf(setting) === undefined ? setting : undefined
    })
    return { ...readComment(key.comment ?? ''), ...set[0], ...set[1] }
  }
}

/**
 * The names in a comment on a constraint, each behind its tag: `@name author @inverse posts`, `@through categories`.
 * Anything else in it is left to people and other tools.
 */
function readComment(comment: string): RelationNames {
  const found = comment.matchAll(/(?<!\S)@(name|inverse|through)(?!\S)[^\S\n]*([^\s@]\S*)?/g)
  return Object.fromEntries([...found].map(([, tag = '', name = '']): [string, string] => [tag, name]))
}

function checkEntry(entry: string, names: unknown): void {
  const known = ['name', 'inverse', 'through']
  const isValid =
    typeof names === 'object' &&
    names !== null &&
    Object.entries(names).every(([key, name]) => known.includes(key) && typeof name === 'string')
  if (isValid) return
  throw new CodegenError(
    `The relation names set for "${entry}" have to be like { name: 'author', inverse: 'posts' }; ` +
      `known are ${known.join(', ')}, each a string. What no foreign key makes is declared by its column: { 'public.orders.user_id': 'public.users' }.`,
  )
}

function checkName(name: string, label: string): void {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
    throw new CodegenError(
      `The ${label} sets the relation name "${name}", which is no identifier. Write one like authorOfPost.`,
    )
  }
  if (RESERVED_PROPERTIES.includes(name)) {
    throw new CodegenError(
      `The ${label} sets the relation name "${name}", which is reserved. Choose another.`,
    )
  }
}

function entriesOf(table: CatalogTable, key: CatalogForeignKey): [string, string] {
  return [qualifiedName({ schema: table.schema, name: key.name }), keyLabel(table, key)]
}

function unknownEntry(
  entry: string,
  keys: readonly (readonly [CatalogTable, CatalogForeignKey])[],
): CodegenError {
  const of = keys.map(([table, key]) => entriesOf(table, key)[0]).sort()
  const choices = of.length === 0 ? 'there are no foreign keys' : `there are ${of.slice(0, 10).join(', ')}`
  const more = of.length > 10 ? ` and ${of.length - 10} more` : ''
  return new CodegenError(
    `Relation names are set for "${entry}", which is no foreign key: ${choices}${more}. A relation that none makes needs "to".`,
  )
}

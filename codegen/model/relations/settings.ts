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

/**
 * {@link RelationNames} by constraint: `public.posts_author_id_fkey`, or `public.posts.posts_author_id_fkey` where
 * several tables of a schema have a constraint of that name.
 */
export type RelationSettings = Readonly<Record<string, RelationNames>>

/** A foreign key as messages name it. */
export function keyLabel(table: CatalogTable, { name }: CatalogForeignKey): string {
  return qualifiedName(table, name)
}

/** Finds the names set for a key: by the settings, else by its comment, each name for itself. */
export class SettingsReader {
  readonly #settings: RelationSettings
  /** How many keys each entry is of. */
  readonly #entries = new Map<string, number>()

  /** @throws {@link CodegenError} for a setting that is of no foreign key, or of several. */
  constructor(settings: RelationSettings, tables: readonly CatalogTable[]) {
    this.#settings = settings
    const keys = tables.flatMap((table) => table.foreignKeys.map((key) => [table, key] as const))
    for (const entry of keys.flatMap(([table, key]) => entriesOf(table, key))) {
      this.#entries.set(entry, (this.#entries.get(entry) ?? 0) + 1)
    }
    for (const [entry, names] of Object.entries(settings)) {
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
    const [short, label] = entriesOf(table, key)
    return this.#entries.get(short) === 1 ? short : label
  }

  /** @throws {@link CodegenError} for what cannot be a property. */
  read(table: CatalogTable, key: CatalogForeignKey): RelationNames {
    const set = entriesOf(table, key).map((entry) =>
      Object.hasOwn(this.#settings, entry) ? this.#settings[entry] : undefined,
    )
    const names = { ...readComment(key.comment ?? ''), ...set[0], ...set[1] }
    for (const name of Object.values(names)) checkName(name, keyLabel(table, key))
    return names
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
      `known are ${known.join(', ')}, each a string.`,
  )
}

function checkName(name: string, label: string): void {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
    throw new CodegenError(
      `The foreign key ${label} sets the relation name "${name}", which is no identifier. Write one like authorOfPost.`,
    )
  }
  if (RESERVED_PROPERTIES.includes(name)) {
    throw new CodegenError(
      `The foreign key ${label} sets the relation name "${name}", which is reserved. Choose another.`,
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
    `Relation names are set for "${entry}", which is no foreign key: ${choices}${more}.`,
  )
}

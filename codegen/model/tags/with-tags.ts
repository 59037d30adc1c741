import { qualifiedName, type Qualified } from '../../../src/schema/qualified-name.js'
import { qualifiedTypes, type TypeSchema } from '../../../src/schema/type.js'
import type { Catalog, CatalogFunction, CatalogTable, Commented, Skipped } from '../../introspect/catalog.js'
import { isOptional, isWritable } from '../columns.js'
import type { FunctionSettings } from '../select-functions.js'
import { without } from '../select-tables.js'
import type { ModelSettings } from '../settings.js'
import { withoutColumns } from '../without-columns.js'
import { readTags } from './read-tags.js'

/** What comes before tags, where it names what they are of. */
export interface TagSettings extends Pick<ModelSettings, 'names' | 'columns' | 'types'> {
  /** Whether tags mean anything. Default: `true`. */
  readonly commentTags?: boolean
  readonly include?: readonly string[]
  readonly functions?: FunctionSettings
}

const HIDDEN = 'hidden by its comment'

/**
 * The catalog with what the tags of its comments say, which are in the comments no more. What they hide is left out, with
 * what hangs on it: keys and relations of tables and columns, columns and functions of types. What the settings name is
 * not hidden.
 */
export function withTags(catalog: Catalog, settings: TagSettings = {}): Catalog {
  if (settings.commentTags === false) return catalog
  const hidden = new Hidden(settings)
  const typesOf = <Type extends Commented & { readonly type: TypeSchema }>(described: readonly Type[]) =>
    described.map((each) => hidden.read(each, each.type as unknown as Qualified, 'types'))
  const [enums, composites, domains] = [
    typesOf(catalog.enums),
    typesOf(catalog.composites),
    typesOf(catalog.domains),
  ]
  const tables = catalog.tables.map((table) => withColumnTags(hidden.read(table, table, 'tables'), hidden))
  const functions = catalog.functions?.flatMap((each) => functionLeft(each, hidden) ?? [])
  return without(
    {
      ...catalog,
      ...{ enums, composites, domains },
      ...(functions && { functions }),
      tables: tables.map((table) => withoutColumns(table, (of, column) => !hidden.hasColumn(of, column))),
      skipped: [...catalog.skipped, ...hidden.others],
    },
    hidden.tables,
  )
}

/** What is hidden, as it is found. */
class Hidden {
  readonly tables: Skipped[] = []
  /** Columns and functions. */
  readonly others: Skipped[] = []
  readonly #types = new Map<string, string>()
  readonly #columns = new Set<string>()
  readonly #named: Readonly<Record<'tables' | 'types' | 'columns' | 'functions', ReadonlySet<string>>>

  constructor({ names = {}, columns = {}, types = {}, include = [], functions }: TagSettings) {
    const asked = typeof functions === 'object' ? ('length' in functions ? functions : functions.include) : []
    const keys = (...of: (object | undefined)[]) => of.flatMap((each) => Object.keys(each ?? {}))
    this.#named = {
      tables: new Set([...keys(names.tables), ...include]),
      types: new Set(keys(names.types, types)),
      columns: new Set(keys(names.columns, columns)),
      functions: new Set([...keys(names.functions), ...(asked ?? [])]),
    }
  }

  /** A table or type with its tags read, noted where they hide it. */
  read<Item extends Commented>(item: Item, { schema, name }: Qualified, kind: 'tables' | 'types'): Item {
    const { isHidden, ...read } = readTags(item.comment, kind === 'types')
    const label = qualifiedName({ schema, name })
    if (isHidden && !this.isNamed(kind, label, name)) {
      if (kind === 'tables') this.tables.push({ schema, name, reason: HIDDEN })
      else this.#types.set(label, `of the type ${label}, which is ${HIDDEN}`)
    }
    return { ...item, ...read }
  }

  /** Whether the settings name it: `public.users`, or `users` alone. */
  isNamed(kind: 'tables' | 'types' | 'columns' | 'functions', ...labels: readonly string[]): boolean {
    return labels.some((label) => this.#named[kind].has(label))
  }

  /** Why what is of these types cannot stay. */
  reasonBy(types: readonly TypeSchema[]): string | undefined {
    if (this.#types.size === 0) return undefined
    const found = types.flatMap(qualifiedTypes).find((type) => this.#types.has(qualifiedName(type)))
    return found && this.#types.get(qualifiedName(found))
  }

  addColumn({ schema, name }: Qualified, column: string, reason: string): void {
    this.#columns.add(qualifiedName({ schema, name }, column))
    const isOfHidden = this.tables.some((table) => table.schema === schema && table.name === name)
    if (!isOfHidden) this.others.push({ schema, name, column, reason })
  }

  hasColumn(table: Qualified, column: string): boolean {
    return this.#columns.has(qualifiedName(table, column))
  }
}

function withColumnTags(table: CatalogTable, hidden: Hidden): CatalogTable {
  const withheld: string[] = []
  const columns = table.columns.map((column) => {
    const { isHidden, ...read } = readTags(column.comment, true)
    const label = qualifiedName(table, column.name)
    const isOwn = isHidden && !hidden.isNamed('columns', label)
    const reason = isOwn ? HIDDEN : hidden.reasonBy([column.type])
    if (reason !== undefined) {
      const isNeeded = isWritable(table) && !isOptional(column)
      if (isNeeded) withheld.push(column.name)
      const so = isNeeded ? ', so that no row can be inserted: it refuses NULL and has no default' : ''
      hidden.addColumn(table, column.name, reason + so)
    }
    return { ...column, ...read }
  })
  return { ...table, columns, ...(withheld.length > 0 && { withheld }) }
}

/** A function with its tags read, without the columns of its table that are hidden; nothing where it is hidden. */
function functionLeft(each: CatalogFunction, hidden: Hidden): CatalogFunction | undefined {
  const { schema, name, signature, parameters, table } = each
  const { isHidden, ...read } = readTags(each.comment, false)
  const isOwn = isHidden && !hidden.isNamed('functions', signature, qualifiedName({ schema, name }), name)
  const columns = each.columns.filter(
    (column) => table === undefined || !hidden.hasColumn(table, column.name),
  )
  const reason = isOwn ? HIDDEN : hidden.reasonBy([...parameters, ...columns].map(({ type }) => type))
  if (reason === undefined) return { ...each, ...read, columns }
  const types = signature.slice(qualifiedName({ schema, name }).length + 1, -1)
  hidden.others.push({ schema, name, types, reason })
  return undefined
}

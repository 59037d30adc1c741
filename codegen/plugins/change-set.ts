import { qualifiedName, type Qualified } from '../../src/schema/qualified-name.js'
import type { Catalog, CatalogTable } from '../introspect/catalog.js'
import type { RelationNames, RelationSettings } from '../model/relations/settings.js'
import { without } from '../model/select-tables.js'
import type { ModelSettings, TableNameSetting } from '../model/settings.js'
import type { CodecName, TypeSetting } from '../model/type-settings.js'
import { withoutColumns } from '../model/without-columns.js'

/**
 * What a hook changed, in the terms of what models are made from: names and types go the way of the settings, and are
 * checked as these are; what is left out leaves the catalog.
 */
export class ChangeSet {
  readonly names = {
    tables: {} as Record<string, TableNameSetting>,
    columns: {} as Record<string, string>,
    types: {} as Record<string, string>,
  }
  readonly columns: Record<string, CodecName | TypeSetting> = {}
  readonly relations: Record<string, RelationNames> = {}
  /** Of tables and columns, by qualified name. */
  readonly comments = new Map<string, string | undefined>()
  readonly #tables: Qualified[] = []
  readonly #columns = new Set<string>()

  leaveOutTable({ schema, name }: Qualified): void {
    this.#tables.push({ schema, name })
  }

  leaveOutColumn(table: Qualified, column: string): void {
    this.#columns.add(qualifiedName(table, column))
  }

  /** The settings with the changes, which come before them. */
  settings(settings: ModelSettings): ModelSettings {
    const { names = {}, columns = {}, relations = {} } = settings
    const tables = Object.entries(this.names.tables).map(([table, changed]): [string, TableNameSetting] => {
      const set = names.tables?.[table]
      return [table, { ...(typeof set === 'string' ? { repository: set } : set), ...changed }]
    })
    const ofRelations = Object.entries(this.relations).map(
      ([key, changed]): [string, RelationSettings[string]] => {
        const set = relations[key]
        return [key, { ...(typeof set === 'string' ? { to: set } : set), ...changed }]
      },
    )
    return {
      ...settings,
      names: {
        tables: { ...names.tables, ...Object.fromEntries(tables) },
        columns: { ...names.columns, ...this.names.columns },
        types: { ...names.types, ...this.names.types },
      },
      columns: { ...columns, ...this.columns },
      relations: { ...relations, ...Object.fromEntries(ofRelations) },
    }
  }

  /** @param by - who leaves out what is left out, for the summary. */
  catalog(catalog: Catalog, by: string): Catalog {
    const reason = `left out by the plugin "${by}"`
    const isLeft = (of: Qualified, column: string) => !this.#columns.has(qualifiedName(of, column))
    const { tables, ...others } =
      this.#tables.length === 0 && this.#columns.size === 0
        ? catalog
        : without(
            { ...catalog, tables: catalog.tables.map((table) => withoutColumns(table, isLeft)) },
            this.#tables.map((table) => ({ ...table, reason })),
          )
    return { ...others, tables: tables.map((table) => this.#commented(table)) }
  }

  #commented(table: CatalogTable): CatalogTable {
    if (this.comments.size === 0) return table
    const commented = <Item extends { readonly comment: string | undefined }>(
      item: Item,
      name: string,
    ): Item => (this.comments.has(name) ? { ...item, comment: this.comments.get(name) } : item)
    return {
      ...commented(table, qualifiedName(table)),
      columns: table.columns.map((column) => commented(column, qualifiedName(table, column.name))),
    }
  }
}

import type { Catalog, CatalogTable } from '../introspect/catalog.js'
import { propertyNames } from '../naming/property.js'
import { ChosenNames, keyOf } from './chosen-names.js'
import { columnModels, tableSchema } from './columns.js'
import { type DatabaseModel, type RelationModel, type TableNames, typeKey } from './database-model.js'
import { kyselyNames } from './kysely-names.js'
import { nameAttributes } from './name-attributes.js'
import { buildRelations, type Relation } from './relations/build-relations.js'
import { renamings } from './renamings.js'
import type { ModelSettings } from './settings.js'
import { nameTables } from './table-names.js'
import { nameTypes } from './type-names.js'

/**
 * Decides every TypeScript name of a catalog. Pure: the same catalog and settings give the same model.
 *
 * @throws {@link CodegenError} for settings, or names of relations in comments, that cannot be.
 */
export function buildModel(unnamed: Catalog, settings: ModelSettings = {}): DatabaseModel {
  const { naming: style = 'camelCase' } = settings
  const chosen = new ChosenNames(settings.names ?? {}, unnamed)
  const propertiesOf = (owner: { schema: string; name: string }, names: readonly string[]) =>
    propertyNames(names, { style, chosen: chosen.properties(owner, names) })
  const catalog = nameAttributes(unnamed, propertiesOf)
  const { names, exports } = nameTables(catalog.tables, chosen, style)
  const types = nameTypes(
    [...catalog.enums, ...catalog.composites].map(({ type }) => type),
    exports,
    chosen,
  )
  const properties = new Map(
    catalog.tables.map((table) => [
      keyOf(table),
      propertiesOf(
        table,
        table.columns.map(({ name }) => name),
      ),
    ]),
  )
  const relations = buildRelations(catalog.tables, {
    settings: settings.relations ?? {},
    style,
    propertyOf: (table) => names.get(table)?.property ?? table.name,
    columnsOf: (table) => properties.get(keyOf(table)) ?? new Map(),
  })
  const kysely = kyselyNames(catalog.tables)
  const typeNameOf = (type: { schema: string; name: string }) => types.get(typeKey(type)) ?? type.name

  const tables = catalog.tables.flatMap((table) => {
    const tableNames = names.get(table)
    if (tableNames === undefined) return []
    const columns = columnModels(table, properties.get(keyOf(table)) ?? new Map())
    return [
      {
        table,
        names: tableNames,
        kyselyName: kysely.get(table) ?? table.name,
        columns,
        relations: relationModels(relations.get(table) ?? [], names),
        schema: tableSchema(table, columns, properties, relations.get(table) ?? []),
        writable: table.kind !== 'view' && table.kind !== 'materialized view',
      },
    ]
  })
  const named = {
    tables,
    enums: catalog.enums.map((entry) => ({ ...entry, typeName: typeNameOf(entry.type) })),
    composites: catalog.composites.map((entry) => ({ ...entry, typeName: typeNameOf(entry.type) })),
  }
  return { ...named, types, skipped: catalog.skipped, renamed: renamings(named, relations, chosen, style) }
}

function relationModels(
  relations: readonly Relation[],
  names: ReadonlyMap<CatalogTable, TableNames>,
): RelationModel[] {
  return relations.flatMap(({ schema, form, target }) => {
    const targetNames = names.get(target)
    return targetNames === undefined ? [] : [{ schema, form, target: targetNames }]
  })
}

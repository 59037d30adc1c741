import type { TableSchema } from '../../src/schema/table.js'
import type { Catalog, CatalogColumn, CatalogTable } from '../introspect/catalog.js'
import { propertyNames } from '../naming/property.js'
import { camelCase, words } from '../naming/words.js'
import {
  type ColumnModel,
  type DatabaseModel,
  type RelationModel,
  type Renamed,
  type TableNames,
  typeKey,
} from './database-model.js'
import { kyselyNames } from './kysely-names.js'
import { buildRelations, type Relation } from './relations/build-relations.js'
import type { RelationSettings } from './relations/settings.js'
import { nameTables, unexpectedName } from './table-names.js'
import { nameTypes, plainTypeName } from './type-names.js'

/**
 * Decides every TypeScript name of a catalog. Pure: the same catalog gives the same model.
 *
 * @param settings - names for relations, by constraint; they come before those in comments.
 * @throws {@link CodegenError} for names of relations that cannot be.
 */
export function buildModel(catalog: Catalog, settings: RelationSettings = {}): DatabaseModel {
  const { names, exports } = nameTables(catalog.tables)
  const types = nameTypes(
    [...catalog.enums, ...catalog.composites].map(({ type }) => type),
    exports,
  )
  const nameOf = (type: { schema: string; name: string }) => types.get(typeKey(type)) ?? type.name
  const properties = new Map(
    catalog.tables.map((table) => [key(table), propertyNames(table.columns.map((column) => column.name))]),
  )
  const relations = buildRelations(catalog.tables, {
    settings,
    propertyOf: (table) => names.get(table)?.property ?? table.name,
    columnsOf: (table) => properties.get(key(table)) ?? new Map(),
  })
  const kysely = kyselyNames(catalog.tables)
  const enums = catalog.enums.map((entry) => ({ ...entry, typeName: nameOf(entry.type) }))
  const composites = catalog.composites.map((entry) => ({ ...entry, typeName: nameOf(entry.type) }))

  const tables = catalog.tables.flatMap((table) => {
    const tableNames = names.get(table)
    if (tableNames === undefined) return []
    const columns = columnModels(table, properties.get(key(table)) ?? new Map())
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
  const renamed = [
    ...tables.flatMap(({ table, names, columns }) => renamedOf(table, names, columns)),
    ...[...relations].flatMap(([table, own]) => own.flatMap((relation) => renamedRelation(table, relation))),
    ...[...enums, ...composites].flatMap(({ type, typeName }) =>
      typeName === plainTypeName(type) ? [] : [{ from: `${type.schema}.${type.name}`, to: typeName }],
    ),
  ]
  return { tables, enums, composites, types, skipped: catalog.skipped, renamed }
}

function columnModels(table: CatalogTable, properties: ReadonlyMap<string, string>): ColumnModel[] {
  return table.columns.map((column) => ({
    column,
    property: properties.get(column.name) ?? column.name,
    readOnly: column.identity === 'always' || column.generated !== undefined,
    optional: isOptional(column),
  }))
}

function isOptional({ nullable, hasDefault, identity, generated }: CatalogColumn): boolean {
  return nullable || hasDefault || identity !== undefined || generated !== undefined
}

function tableSchema(
  table: CatalogTable,
  columns: readonly ColumnModel[],
  properties: ReadonlyMap<string, ReadonlyMap<string, string>>,
  relations: readonly Relation[],
): TableSchema {
  const rename = (of: { schema: string; name: string }, names: readonly string[]) =>
    names.map((name) => properties.get(key(of))?.get(name) ?? name)
  return {
    schema: table.schema,
    name: table.name,
    kind: table.kind,
    columns: columns.map(({ column, property, optional }) => {
      const generated = column.generated ?? (column.identity === 'always' ? 'identity' : undefined)
      const { name, type, nullable } = column
      return { property, name, type, nullable, optional, ...(generated === undefined ? {} : { generated }) }
    }),
    primaryKey: rename(table, table.primaryKey),
    uniqueKeys: table.uniqueKeys.map((names) => rename(table, names)),
    foreignKeys: table.foreignKeys.map(
      ({ name, columns, references: { schema, table: target, columns: of } }) => ({
        name,
        columns: rename(table, columns),
        references: { schema, table: target, columns: rename({ schema, name: target }, of) },
      }),
    ),
    relations: relations.map(({ schema }) => schema),
  }
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

function renamedRelation(table: CatalogTable, { schema, renamed }: Relation): Renamed[] {
  const of = `${table.schema}.${table.name}`
  return renamed === undefined ? [] : [{ from: `a relation of ${of} by ${renamed}`, to: schema.name }]
}

function renamedOf(table: CatalogTable, names: TableNames, columns: readonly ColumnModel[]): Renamed[] {
  const full = `${table.schema}.${table.name}`
  const name = unexpectedName(table, names)
  const properties = columns
    .filter(({ column, property }) => property !== camelCase(words(column.name)))
    .map(({ column, property }) => ({ from: `${full}.${column.name}`, to: property }))
  return [...(name === undefined ? [] : [{ from: full, to: name }]), ...properties]
}

function key(table: { readonly schema: string; readonly name: string }): string {
  return JSON.stringify([table.schema, table.name])
}

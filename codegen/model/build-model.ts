import { hasConversion, serverLabel, type TypeSchema } from '../../src/schema/type.js'
import type { Catalog, CatalogColumn, CatalogTable } from '../introspect/catalog.js'
import { propertyNames } from '../naming/property.js'
import { brandsOf } from './brands.js'
import { camelCaseColumns, camelCaseTable, unreached } from './camel-case.js'
import { checkUnion, withDomainUnions } from './check-unions.js'
import { ChosenNames } from './chosen-names.js'
import { columnModels, isWritable, tableSchema } from './columns.js'
import { withDeclared } from './declared/with-declared.js'
import {
  type Brand,
  type DatabaseModel,
  type FreeHand,
  type RelationModel,
  type TableNames,
} from './database-model.js'
import { functionModels } from './function-models.js'
import { nameFunctions } from './function-names.js'
import { kyselyNames } from './kysely-names.js'
import { nameAttributes } from './name-attributes.js'
import { buildRelations, type Relation } from './relations/build-relations.js'
import { domainModels } from './domain-models.js'
import { checkImports, type Refined, wordsOf } from './refined.js'
import { renamings } from './renamings.js'
import type { ModelSettings } from './settings.js'
import { checkTenants } from './tenants.js'
import { nameTables } from './table-names.js'
import { mapTypes } from './type-mapping.js'
import { nameTypes } from './type-names.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'

/**
 * Decides every TypeScript name of a catalog. Pure: the same catalog and settings give the same model.
 *
 * @throws {@link CodegenError} for settings, or names of relations in comments, that cannot be.
 */
export function buildModel(introspected: Catalog, settings: ModelSettings = {}): DatabaseModel {
  const { naming: style = 'camelCase', brandedIds = false, layout = 'flat', tenants = [] } = settings
  const { kyselyValues: values = 'sluice', kyselyCamelCase: isCamelCase = false } = settings
  const isFreeHandApart = isCamelCase || values === 'pg'
  checkTenants(tenants, introspected)
  const declared = withDeclared(introspected, settings)
  const mapping = mapTypes(declared.catalog, settings)
  const unnamed = mapping.catalog
  const refined = withDomainUnions(mapping.types, mapping.catalog)
  const chosen = new ChosenNames(settings.names ?? {}, unnamed)
  const { inflection } = chosen
  const propertiesOf = (owner: { schema: string; name: string }, names: readonly string[]) =>
    propertyNames(names, { style, chosen: chosen.properties(owner, names) })
  const catalog = nameAttributes(unnamed, propertiesOf)
  const { names, exports } = nameTables(catalog.tables, chosen, {
    style,
    inflection,
    layout,
    isFreeHandApart,
    otherFiles: settings.validators === undefined ? [] : ['validators'],
  })
  const types = nameTypes(
    [...catalog.enums, ...catalog.composites].map(({ type }) => type),
    exports,
    chosen,
  )
  const properties = new Map(
    catalog.tables.map((table) => [
      qualifiedName(table),
      propertiesOf(
        table,
        table.columns.map(({ name }) => name),
      ),
    ]),
  )
  const relations = buildRelations(catalog.tables, {
    settings: settings.relations ?? {},
    style,
    inflection,
    propertyOf: (table) => names.get(table)?.property ?? table.name,
    columnsOf: (table) => properties.get(qualifiedName(table)) ?? new Map(),
  })
  const refinedByUser = (table: CatalogTable, { name, type, allowed }: CatalogColumn): Refined | undefined =>
    mapping.columns.get(qualifiedName(table, name)) ??
    mapping.types.get(serverLabel(type)) ??
    checkUnion(type, allowed)
  const isRefined = (table: CatalogTable, column: CatalogColumn) =>
    refined.has(serverLabel(column.type)) || refinedByUser(table, column) !== undefined
  const brands = brandedIds
    ? brandsOf(catalog.tables, names, isRefined, new Set([...exports, ...types.values()]))
    : new Map<string, Brand>()
  const refinedOf = (table: CatalogTable, column: CatalogColumn): Refined | undefined =>
    refinedByUser(table, column) ??
    brandedType(brands.get(qualifiedName(table, column.name)), column.type, names)
  const kysely = kyselyNames(catalog.tables, tenants)
  const typeNameOf = (type: { schema: string; name: string }) => types.get(qualifiedName(type)) ?? type.name

  const tables = catalog.tables.flatMap((table) => {
    const tableNames = names.get(table)
    if (tableNames === undefined) return []
    const columns = columnModels(table, properties.get(qualifiedName(table)) ?? new Map(), (column) =>
      refinedOf(table, column),
    )
    const kyselyName = kysely.get(table) ?? table.name
    return [
      {
        table,
        names: tableNames,
        kyselyName,
        columns,
        freeHand: isFreeHandApart ? { ...freeHandNames(table, kyselyName, isCamelCase), values } : undefined,
        brand: brandOf(table, brands),
        relations: relationModels(relations.get(table) ?? [], names),
        schema: tableSchema(table, columns, properties, relations.get(table) ?? []),
        writable: isWritable(table),
      },
    ]
  })
  const named = {
    tables,
    enums: catalog.enums.map((entry) => ({ ...entry, typeName: typeNameOf(entry.type) })),
    composites: catalog.composites.map((entry) => ({ ...entry, typeName: typeNameOf(entry.type) })),
  }
  const taken = new Set([...exports, ...types.values(), ...[...brands.values()].map(({ name }) => name)])
  const functionNames = nameFunctions(catalog.functions ?? [], taken, chosen, style)
  const functions = functionModels(catalog.functions ?? [], {
    ...{ tables, style, names: functionNames },
  })
  for (const { property: _, ...exported } of functionNames.values())
    for (const name of Object.values(exported)) taken.add(name)
  const given = [...mapping.types.values(), ...mapping.columns.values()]
  checkImports(given, taken)
  const domains = domainModels(catalog.domains, {
    isNamed: (domain) => !mapping.types.has(qualifiedName(domain)),
    taken: new Set([...taken, ...given.flatMap(({ text }) => wordsOf(text))]),
    chosen,
  })
  return {
    ...named,
    ...{ domains, functions, types, refined },
    aliases: new Map(
      domains.flatMap(({ type, typeName }) =>
        typeName === undefined ? [] : [[qualifiedName(type), typeName]],
      ),
    ),
    tenants,
    skipped: catalog.skipped,
    notes: declared.notes,
    renamed: renamings({ ...named, domains, functions }, relations, chosen, { style, inflection }),
    unreached: isCamelCase ? tables.flatMap(({ table, kyselyName }) => unreached(table, kyselyName)) : [],
  }
}

function freeHandNames(
  table: CatalogTable,
  kyselyName: string,
  isCamelCase: boolean,
): Pick<FreeHand, 'key' | 'columns'> {
  if (isCamelCase) return { key: camelCaseTable(table, kyselyName), columns: camelCaseColumns(table) }
  return {
    key: kyselyName,
    columns: new Map(table.columns.map(({ name }) => [name, { key: name, isRead: false }])),
  }
}

/** The brand that is declared beside a table, which is that of its own key. */
function brandOf(table: CatalogTable, brands: ReadonlyMap<string, Brand>): Brand | undefined {
  const brand = brands.get(qualifiedName(table, table.primaryKey[0] ?? ''))
  return brand?.table === table ? brand : undefined
}

function brandedType(
  brand: Brand | undefined,
  type: TypeSchema,
  names: ReadonlyMap<CatalogTable, TableNames>,
): Refined | undefined {
  if (brand === undefined) return undefined
  const from = `./${names.get(brand.table)?.file ?? ''}.js`
  const imported = { local: brand.name, exported: brand.name, from }
  return { text: brand.name, import: imported, isConverted: hasConversion(type), setting: undefined }
}

function relationModels(
  relations: readonly Relation[],
  names: ReadonlyMap<CatalogTable, TableNames>,
): RelationModel[] {
  return relations.flatMap(({ schema, form, isFixed, entry, target }) => {
    const targetNames = names.get(target)
    return targetNames === undefined ? [] : [{ schema, form, isFixed, entry, target: targetNames }]
  })
}

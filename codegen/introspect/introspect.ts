import type { Client } from 'pg'
import { groupBy } from '../group-by.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import { allowedValues, common, type AllowedValues } from './allowed-values.js'
import type { Catalog, CatalogColumn, CatalogForeignKey, CatalogTable, Skipped } from './catalog.js'
import { type CheckRow, readChecks } from './checks.js'
import { type ColumnRow, readColumns } from './columns.js'
import { readOnly } from './connection.js'
import { nullRefusal } from './null-refusal.js'
import { readFunctions } from './functions.js'
import { placeOf } from './place.js'
import { type ForeignKeyRow, readForeignKeys } from './keys.js'
import { readRelations, type RelationRow } from './relations.js'
import { tableOrigins } from './table-origins.js'
import { toFunction } from './to-function.js'
import { TypeResolver } from './type-resolver.js'
import { readTypes, type TypeRow } from './types.js'
import { readUniqueIndexes, uniqueKeysOf } from './unique-indexes.js'
import { readViewColumns } from './view-columns.js'

export interface IntrospectOptions {
  /** Read functions and procedures as well. Default: `false`. */
  readonly functions?: boolean
  /** Read the values that CHECK constraints list. Default: `false`. */
  readonly checks?: boolean
}

/**
 * Reads the tables, views and types of a database from pg_catalog, inside a read-only transaction. Takes no more
 * rights than to connect.
 *
 * @throws {@link CodegenError} when the server cannot be reached or is older than PostgreSQL 14.
 */
export function introspect(url: string, options: IntrospectOptions = {}): Promise<Catalog> {
  return readOnly(url, (client) => readCatalog(client, options))
}

async function readCatalog(
  client: Client,
  { functions = false, checks = false }: IntrospectOptions,
): Promise<Catalog> {
  const relations = await readRelations(client)
  const skipped = relations.flatMap(skip)
  const kept = relations.filter((relation) => skip(relation).length === 0)
  const oids = kept.map((relation) => relation.oid)
  const uniqueIndexes = groupBy(await readUniqueIndexes(client, oids), relationOf)
  const foreignKeys = groupBy(await readForeignKeys(client, oids), relationOf)
  const functionRows = functions ? await readFunctions(client) : undefined
  const used = functionRows?.flatMap((row) => [row.returns, ...row.parameter_types])
  const types = await readTypes(client, oids, used)
  const composites = types.flatMap((type) => (type.kind === 'composite' ? [type.relation] : []))
  const columns = await readColumns(client, [...new Set([...oids, ...composites])])
  const viewColumns = await readViewColumns(client, oids)
  const columnsOf = groupBy(columns, relationOf)
  const resolver = new TypeResolver(types, (relation) => columnsOf.get(relation) ?? [])
  const refusesNull = nullRefusal({ relations: kept, columns, viewColumns, types: resolver })
  const allowed = checks ? allowedBy(await readChecks(client, oids), types) : undefined
  const originOf = tableOrigins(kept, viewColumns)
  const byOid = new Map(kept.map((relation) => [relation.oid, relation]))

  const tables = kept.map((relation): CatalogTable => {
    return {
      schema: relation.schema,
      name: relation.name,
      kind: relation.kind,
      comment: relation.comment ?? undefined,
      columns: (columnsOf.get(relation.oid) ?? []).map((column) => {
        const origin = allowed && originOf(column)
        const values = origin && allowed.columns.get(placeOf(origin))
        const read = toColumn(column, !refusesNull(column), resolver)
        return values === undefined ? read : { ...read, allowed: values }
      }),
      ...uniqueKeysOf(uniqueIndexes.get(relation.oid) ?? []),
      foreignKeys: (foreignKeys.get(relation.oid) ?? []).flatMap((key) => toForeignKey(key, byOid)),
    }
  })
  const read = functionRows?.map((row) =>
    toFunction(row, {
      types: resolver,
      columnsOf: (relation) => columnsOf.get(relation) ?? [],
      relationOf: (relation) => byOid.get(relation),
    }),
  )
  return {
    tables,
    ...(read && { functions: read.filter((each) => 'kind' in each) }),
    ...(allowed && { domainValues: allowed.domains }),
    enums: resolver.enums(),
    composites: resolver.composites(),
    domains: resolver.domains(),
    skipped: [...skipped, ...(read?.filter((each) => 'reason' in each) ?? [])],
  }
}

/** The values that checks allow, by the place of a column and by domain. */
function allowedBy(checks: readonly CheckRow[], types: readonly TypeRow[]) {
  const names = new Map(types.map((type) => [type.oid, qualifiedName(type)]))
  const columns = new Map<string, AllowedValues>()
  const domains = new Map<string, AllowedValues>()
  for (const { column, domain, definition, ...place } of checks) {
    const isDomain = domain !== 0
    const values = allowedValues(definition, isDomain ? 'VALUE' : column)
    if (values === undefined) continue
    const [found, key] = isDomain ? [domains, names.get(domain) ?? ''] : [columns, placeOf(place)]
    found.set(key, common(found.get(key), values) ?? values)
  }
  return { columns, domains }
}

function skip({ schema, name, partition_of, extension }: RelationRow): Skipped[] {
  if (partition_of !== null) return [{ schema, name, reason: `a partition of ${partition_of}` }]
  if (extension !== null) return [{ schema, name, reason: `part of extension ${extension}` }]
  return []
}

function toColumn(column: ColumnRow, nullable: boolean, types: TypeResolver): CatalogColumn {
  return {
    name: column.name,
    type: types.resolve(column.type),
    sqlType: column.sql_type,
    comment: column.comment ?? undefined,
    nullable,
    hasDefault: column.has_default || types.hasDefault(column.type),
    identity: { '': undefined, a: 'always' as const, d: 'by default' as const }[column.identity],
    generated: { '': undefined, s: 'stored' as const, v: 'virtual' as const }[column.generated],
    expression: column.expression ?? undefined,
  }
}

function toForeignKey(key: ForeignKeyRow, byOid: ReadonlyMap<number, RelationRow>): CatalogForeignKey[] {
  const target = byOid.get(key.target)
  if (target === undefined) return []
  const references = { schema: target.schema, table: target.name, columns: key.target_columns }
  const { name, comment, holds, columns } = key
  return [{ name, comment: comment ?? undefined, holds, columns, references }]
}

function relationOf({ relation }: { readonly relation: number }): number {
  return relation
}

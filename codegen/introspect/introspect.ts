import type { Client } from 'pg'
import { groupBy } from '../group-by.js'
import type { Catalog, CatalogColumn, CatalogForeignKey, CatalogTable, Skipped } from './catalog.js'
import { type ColumnRow, readColumns } from './columns.js'
import { readOnly } from './connection.js'
import { nullRefusal } from './null-refusal.js'
import { type ForeignKeyRow, readForeignKeys, readUniqueKeys, type UniqueKeyRow } from './keys.js'
import { readRelations, type RelationRow } from './relations.js'
import { TypeResolver } from './type-resolver.js'
import { readTypes } from './types.js'
import { readViewColumns } from './view-columns.js'

/**
 * Reads the tables, views and types of a database from pg_catalog, inside a read-only transaction. Takes no more
 * rights than to connect.
 *
 * @throws {@link CodegenError} when the server cannot be reached or is older than PostgreSQL 14.
 */
export function introspect(url: string): Promise<Catalog> {
  return readOnly(url, readCatalog)
}

async function readCatalog(client: Client): Promise<Catalog> {
  const relations = await readRelations(client)
  const skipped = relations.flatMap(skip)
  const kept = relations.filter((relation) => skip(relation).length === 0)
  const oids = kept.map((relation) => relation.oid)
  const uniqueKeys = groupBy(await readUniqueKeys(client, oids), relationOf)
  const foreignKeys = groupBy(await readForeignKeys(client, oids), relationOf)
  const types = await readTypes(client, oids)
  const composites = types.flatMap((type) => (type.kind === 'composite' ? [type.relation] : []))
  const columns = await readColumns(client, [...new Set([...oids, ...composites])])
  const viewColumns = await readViewColumns(client, oids)
  const columnsOf = groupBy(columns, relationOf)
  const resolver = new TypeResolver(types, (relation) => columnsOf.get(relation) ?? [])
  const refusesNull = nullRefusal({ relations: kept, columns, viewColumns, types: resolver })
  const byOid = new Map(kept.map((relation) => [relation.oid, relation]))

  const tables = kept.map((relation): CatalogTable => {
    const keys = uniqueKeys.get(relation.oid) ?? []
    return {
      schema: relation.schema,
      name: relation.name,
      kind: relation.kind,
      comment: relation.comment ?? undefined,
      columns: (columnsOf.get(relation.oid) ?? []).map((column) =>
        toColumn(column, !refusesNull(column), resolver),
      ),
      primaryKey: keys.find((key) => key.primary)?.columns ?? [],
      uniqueKeys: otherKeys(keys),
      foreignKeys: (foreignKeys.get(relation.oid) ?? []).flatMap((key) => toForeignKey(key, byOid)),
    }
  })
  return {
    tables,
    enums: resolver.enums(),
    composites: resolver.composites(),
    domains: resolver.domains(),
    skipped,
  }
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

/** The unique keys beside the primary one, each set of columns once. */
function otherKeys(keys: readonly UniqueKeyRow[]): string[][] {
  const seen = new Set(keys.filter((key) => key.primary).map((key) => JSON.stringify(key.columns)))
  return keys.flatMap((key) => {
    const id = JSON.stringify(key.columns)
    if (seen.has(id)) return []
    seen.add(id)
    return [key.columns]
  })
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

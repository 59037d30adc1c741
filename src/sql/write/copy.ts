import { sql } from 'kysely'
import type { ColumnSchema } from '../../schema/table.js'
import { typeName } from '../cast.js'
import { compileSql, type Sql } from '../compile.js'
import type { Scope } from '../scope.js'
import { arrayLiteral } from './unnest.js'

/** `COPY schema.table (…) FROM STDIN (FORMAT binary)`. */
export function copyRows(scope: Scope, columns: readonly ColumnSchema[]): Sql {
  const names = sql.join(columns.map(({ name }) => sql.id(name)))
  return sql`copy ${scope.nameOf(scope.table)} (${names}) from stdin (format binary)`
}

/**
 * A row if COPY into the columns does as INSERT does: it goes past rules and past GENERATED ALWAYS, is refused where
 * row-level security counts, and has binary values taken for what the column is by now.
 */
export function mayCopy(scope: Scope, columns: readonly ColumnSchema[]): Sql {
  const names = arrayLiteral(
    columns.map(({ name }) => name),
    ',',
  )
  const types = arrayLiteral(
    columns.map(({ type }) => textOf(typeName(scope, type))),
    ',',
  )
  return sql`
    select 1 from pg_catalog.pg_class c
    where c.oid = pg_catalog.to_regclass(${textOf(scope.nameOf(scope.table))})
      and c.relkind in ('r', 'p')
      and not pg_catalog.row_security_active(c.oid)
      and not exists (select from pg_catalog.pg_rewrite r where r.ev_class = c.oid and r.ev_type = '3')
      and not exists (
        select from rows from (
          pg_catalog.unnest(${names}::pg_catalog.text[]), pg_catalog.unnest(${types}::pg_catalog.text[])
        ) as given (name, type)
        where not exists (
          select from pg_catalog.pg_attribute a
          where a.attrelid = c.oid and a.attname = given.name and not a.attisdropped
            and a.attidentity <> 'a' and a.attgenerated = ''
            and a.atttypid = pg_catalog.to_regtype(given.type)))`
}

/** A name as SQL has it, quoted. */
function textOf(name: Sql): string {
  return compileSql(name).sql
}

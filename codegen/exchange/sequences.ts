import { sql, type Kysely } from 'kysely'
import { serverType } from '../../src/schema/type.js'
import type { ColumnSchema, TableSchema } from '../../src/schema/table.js'

const INTEGERS = new Set<unknown>(['int2', 'int4', 'int8'])

/**
 * Has the sequences of columns go on behind the greatest value that was written: a key that was given is not given again by
 * its default. Of those that the role may set.
 */
export async function advanceSequences(
  trx: Kysely<unknown>,
  { schema, name }: TableSchema,
  columns: readonly ColumnSchema[],
): Promise<void> {
  const place = `${quoted(schema)}.${quoted(name)}`
  for (const column of columns) {
    if (!INTEGERS.has(serverType(column.type))) continue
    const { rows } = await sql<{ sequence: string | null }>`
      select pg_catalog.pg_get_serial_sequence(${place}, ${column.name}) as sequence`.execute(trx)
    const sequence = rows[0]?.sequence
    if (sequence == null) continue
    await sql`
      select pg_catalog.setval(${sequence}::pg_catalog.regclass, written.most)
      from (select max(${sql.id(column.name)})::pg_catalog.int8 as most from ${sql.id(schema, name)}) as written
      where pg_catalog.has_sequence_privilege(${sequence}, 'UPDATE')
        and written.most >= (select last_value from ${sql.raw(sequence)})`.execute(trx)
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

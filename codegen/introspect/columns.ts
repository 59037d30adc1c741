import type { Client } from 'pg'

export interface ColumnRow {
  readonly relation: number
  readonly number: number
  readonly name: string
  readonly type: number
  readonly comment: string | null
  readonly not_null: boolean
  readonly has_default: boolean
  readonly identity: '' | 'a' | 'd'
  readonly generated: '' | 's' | 'v'
}

/** The columns of the given relations, in the order of their numbers. */
export async function readColumns(client: Client, relations: readonly number[]): Promise<ColumnRow[]> {
  // Since PostgreSQL 18 a NOT NULL may be NOT VALID: then rows from before it may still hold nulls.
  const { rows } = await client.query<ColumnRow>(
    `
    select
      a.attrelid as relation,
      a.attnum as number,
      a.attname::text as name,
      a.atttypid as type,
      col_description(a.attrelid, a.attnum) as comment,
      a.attnotnull and not exists (
        select from pg_constraint n
        where n.conrelid = a.attrelid and n.contype = 'n' and n.conkey = array[a.attnum] and not n.convalidated
      ) as not_null,
      a.atthasdef and a.attgenerated = '' as has_default,
      a.attidentity::text as identity,
      a.attgenerated::text as generated
    from pg_attribute a
    where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
    order by a.attrelid, a.attnum
    `,
    [relations],
  )
  return rows
}

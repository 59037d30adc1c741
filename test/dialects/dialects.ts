import { PGlite } from '@electric-sql/pglite'
import { readFile } from 'node:fs/promises'
import { Kysely, PostgresDialect } from 'kysely'
import { PGliteDialect } from 'kysely-pglite-dialect'
import { PostgresJSDialect } from 'kysely-postgres-js'
import pg from 'pg'
import postgres from 'postgres'
import { SluiceDialect } from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { createTestDatabase } from '../support/database.js'

/** Ours, and those of others that the same promises hold on. */
export const DIALECTS = ['sluice', 'pg', 'postgres.js', 'pglite'] as const
export const OTHERS = ['pg', 'postgres.js', 'pglite'] as const

export type DialectName = (typeof DIALECTS)[number]

/** A database of its own on a dialect, the shop's by default. */
export interface OnDialect extends Repositories, AsyncDisposable {
  readonly name: DialectName
  readonly db: Kysely<DB>
  /** Whether there is one connection for all. */
  readonly isSole: boolean
  /** Runs SQL beside the dialect and returns the rows, each value as text. */
  sql(text: string): Promise<Record<string, string | null>[]>
  /** How many connections are neither idle nor waiting in a pool. */
  busy(): Promise<number>
}

/** How many connections a pool has: a stream and what its loop does need one each. */
const MOST = 2

export async function openOn(name: DialectName, { users = 0, schema = true } = {}): Promise<OnDialect> {
  const opened = name === 'pglite' ? await openPGlite(schema) : await openOnServer(name, schema)
  if (users > 0) {
    await opened.sql(
      `insert into users (email, name, is_active, birth_date, tags)
       select 'user' || n || '@example.com', 'User ' || n, n % 10 <> 0,
              case when n % 3 = 0 then date '1970-01-01' + n end, array['t' || n % 7, 'all']
       from generate_series(1, ${users}) as n`,
    )
  }
  return { ...repositories(opened.db), ...opened, name }
}

type Opened = Pick<OnDialect, 'db' | 'isSole' | 'sql' | 'busy' | typeof Symbol.asyncDispose>

async function openOnServer(name: Exclude<DialectName, 'pglite'>, schema: boolean): Promise<Opened> {
  const database = await createTestDatabase(schema ? { schema: 'shop' } : {})
  const asText = { getTypeParser: () => String }
  const observer = new pg.Client({
    connectionString: database.url,
    types: asText,
    application_name: 'observer',
  })
  await observer.connect()
  const { url } = database
  const dialect =
    name === 'postgres.js'
      ? new PostgresJSDialect({ postgres: postgres(url, { max: MOST, onnotice: () => {} }) })
      : name === 'pg'
        ? new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: MOST }) })
        : new SluiceDialect({ pool: new pg.Pool({ connectionString: url, max: MOST }), values: 'sluice' })
  const db = new Kysely<DB>({ dialect })
  const sql: OnDialect['sql'] = async (text) =>
    (await observer.query<Record<string, string | null>>(text)).rows
  return {
    db,
    isSole: false,
    sql,
    busy: async () => {
      const [row] = await sql(
        `select count(*) from pg_stat_activity where datname = current_database() and state <> 'idle'
         and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      )
      return Number(row?.['count'])
    },
    [Symbol.asyncDispose]: async () => {
      await db.destroy()
      await observer.end()
      await database.drop()
    },
  }
}

/** PGlite compiles itself as it starts, which a busy machine takes long for: a limit for hooks, in milliseconds. */
export const START_MS = 300_000

/** Starting one takes seconds, so that files which follow each other in a process share it. */
let started: PGlite | undefined

async function openPGlite(schema: boolean): Promise<Opened> {
  const pglite = (started ??= new PGlite())
  await pglite.exec('discard all')
  await pglite.exec('drop schema public cascade; create schema public')
  if (schema) await pglite.exec(await readFile(new URL('../../schema.sql', import.meta.url), 'utf8'))
  const db = new Kysely<DB>({ dialect: new PGliteDialect(pglite) })
  return {
    db,
    isSole: true,
    sql: async (text) => {
      const parsers = new Proxy({}, { get: () => String, has: () => true })
      return (await pglite.query<Record<string, string | null>>(text, [], { parsers })).rows
    },
    // Its one session is never idle in a transaction but in the middle of one.
    busy: async () => {
      const { rows } = await pglite.query<{ count: number }>(
        "select count(*)::int4 as count from pg_cursors where name like 'sluice%'",
      )
      return rows[0]?.count ?? 0
    },
    // Kysely would close it.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

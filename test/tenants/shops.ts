import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import { connect, type ConnectOptions, type Database } from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

/** Rows of a shop: as many, and as they are, as the seed says. */
const ROWS = (seed: number) => `
  INSERT INTO companies (name, created_at)
    SELECT 'Company ' || n || ' of ${seed}', '2026-01-01' FROM generate_series(1, ${3 + seed}) AS n;
  INSERT INTO users (email, name, is_active, tags, company_id, referred_by, created_at)
    SELECT 'u' || n || '@${seed}.example', 'User ' || n % 5, (n + ${seed}) % 3 <> 0, array['t' || n % 3],
           nullif((n + ${seed}) % 4, 0), nullif(n / 2, 0), '2026-01-01'::timestamptz + n * interval '1 hour'
    FROM generate_series(1, ${20 + seed * 3}) AS n;
  INSERT INTO posts (author_id, editor_id, title, slug, created_at)
    SELECT 1 + (n * ${seed + 1}) % 20, nullif(n % 6, 0), 'Post ' || n % 7, 's' || n, '2026-02-01'
    FROM generate_series(1, ${40 + seed}) AS n;
  INSERT INTO categories (name, slug, parent_id) SELECT 'C' || n, 'c' || n, nullif(n / 2, 0) FROM generate_series(1, 6) AS n;
  INSERT INTO products (supplier_id, sku, name, status, labels, price, dimensions, created_at)
    SELECT 1 + n % 3, 'sku' || n, 'Product ' || n,
           (array['draft', 'active', 'discontinued'])[1 + (n + ${seed}) % 3]::product_status,
           (array['{}', '{new}', '{new,sale}'])[1 + n % 3]::product_label[], n * ${seed}, row(n, n, ${seed})::dimensions, '2026-01-01'
    FROM generate_series(1, 15) AS n;
  INSERT INTO product_categories (product_id, category_id)
    SELECT n, 1 + (n * ${seed}) % 6 FROM generate_series(1, 15) AS n;
  INSERT INTO reviews (product_id, user_id, rating, created_at)
    SELECT 1 + n % 15, n, 1 + (n * ${seed}) % 5, '2026-01-01' FROM generate_series(1, 20) AS n;`

/** A database with the tables of schema.sql, and rows, in schemas of these names; public has none, not even types. */
export async function openShops(seeds: Readonly<Record<string, number>>): Promise<Shops> {
  const database = await createTestDatabase()
  const observer = new Client({ connectionString: database.url })
  await observer.connect()
  const script = await readFile('schema.sql', 'utf8')
  for (const [schema, seed] of Object.entries(seeds)) {
    if (schema !== 'public') await observer.query(`create schema "${schema}"`)
    await observer.query(`set search_path = "${schema}"; ${script}; ${ROWS(seed)}`)
  }
  await observer.query('set search_path = public')
  const opened: Database<DB>[] = []
  const open = (options: ConnectOptions = {}) => {
    const db = connect<DB>({ connectionString: database.url, ...options })
    opened.push(db)
    return db
  }
  const db = open()
  return {
    ...{ database, db, open, repos: repositories(db) },
    sql: async <R extends object>(text: string, values?: unknown[]) =>
      (await observer.query<R>(text, values)).rows,
    [Symbol.asyncDispose]: async () => {
      for (const each of opened) await each.close()
      await observer.end()
      await database.drop()
    },
  }
}

export interface Shops extends AsyncDisposable {
  readonly database: TestDatabase
  readonly db: Database<DB>
  readonly repos: Repositories
  /** Opens the database once more. */
  open(options?: ConnectOptions): Database<DB>
  /** Runs SQL beside sluice. */
  sql<R extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>
}

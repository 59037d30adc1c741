import { sql, type Kysely } from 'kysely'
import type { DB } from './db.js'

/** Without Kysely's Migrator, which its versions have in different places. */
export const migrations: Readonly<Record<string, { readonly up: (db: Kysely<DB>) => Promise<void> }>> = {
  '001_accounts': {
    async up(db) {
      await db.schema.createType('mood').asEnum(['happy', 'so-so']).execute()
      await db.schema
        .createTable('accounts')
        .addColumn('id', 'bigserial', (column) => column.primaryKey())
        .addColumn('full_name', 'text', (column) => column.notNull().unique())
        .addColumn('balance', 'numeric(20, 4)', (column) => column.notNull())
        .addColumn('born_on', 'date')
        .addColumn('created_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
        .execute()
    },
  },
  '002_settings': {
    async up(db) {
      await db.schema
        .alterTable('accounts')
        .addColumn('settings', 'jsonb', (column) => column.notNull().defaultTo('{}'))
        .addColumn('login_count', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('nick_names', sql`text[]`)
        .addColumn('mood_today', sql`mood`)
        .addColumn('trial_period', sql`interval`)
        .addColumn('avatar_bytes', 'bytea')
        .execute()
    },
  },
  '003_transfers': {
    async up(db) {
      await db.schema
        .createTable('transfers')
        .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn('from_account', 'bigint', (column) => column.notNull().references('accounts.id'))
        .addColumn('to_account', 'bigint', (column) => column.notNull().references('accounts.id'))
        .addColumn('amount', 'numeric(20, 4)', (column) => column.notNull().check(sql`amount > 0`))
        .addColumn('booked_at', 'timestamp', (column) => column.notNull())
        .addColumn('value_dates', sql`date[]`, (column) => column.notNull())
        .addColumn('amounts', sql`numeric[]`, (column) => column.notNull())
        .execute()
    },
  },
}

import { sql, type Kysely, type Migration, type MigrationProvider } from 'kysely'

const migrations: Record<string, Migration> = {
  '001_accounts': {
    async up(db: Kysely<unknown>) {
      await db.schema.createType('mood').asEnum(['happy', 'so-so']).execute()
      await db.schema
        .createTable('accounts')
        .addColumn('id', 'bigserial', (column) => column.primaryKey())
        .addColumn('full_name', 'text', (column) => column.notNull())
        .addColumn('balance', 'numeric(20, 4)', (column) => column.notNull())
        .addColumn('born_on', 'date')
        .addColumn('created_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
        .execute()
    },
  },
  '002_settings': {
    async up(db: Kysely<unknown>) {
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
}

export const provider: MigrationProvider = { getMigrations: () => Promise.resolve(migrations) }

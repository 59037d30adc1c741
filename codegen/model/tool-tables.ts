import type { Qualified } from '../../src/schema/qualified-name.js'
import { matcherOf } from './name-pattern.js'

/** What tools keep in a database for themselves, by the tool: nobody's repositories. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  'Active Record, dbmate or golang-migrate': ['schema_migrations', 'ar_internal_metadata'],
  Atlas: ['atlas_schema_revisions.*'],
  Alembic: ['alembic_version'],
  Django: ['django_migrations'],
  Diesel: ['__diesel_schema_migrations'],
  Drizzle: ['drizzle.*', '__drizzle_migrations'],
  Flyway: ['flyway_schema_history'],
  Goose: ['goose_db_version'],
  'Graphile Migrate': ['graphile_migrate.*'],
  'Graphile Worker': ['graphile_worker.*'],
  Hasura: ['hdb_catalog.*'],
  Knex: ['knex_migrations', 'knex_migrations_lock'],
  Kysely: ['kysely_migration', 'kysely_migration_lock'],
  Liquibase: ['databasechangelog', 'databasechangeloglock'],
  MikroORM: ['mikro_orm_migrations'],
  'node-pg-migrate': ['pgmigrations'],
  Oban: ['oban_jobs', 'oban_peers'],
  'pg-boss': ['pgboss.*'],
  pg_cron: ['cron.*'],
  pgmq: ['pgmq.*'],
  PostGIS: [
    'spatial_ref_sys',
    'geometry_columns',
    'geography_columns',
    'raster_columns',
    'raster_overviews',
    'tiger.*',
    'topology.*',
  ],
  Prisma: ['_prisma_migrations'],
  River: [
    'river_migration',
    'river_job',
    'river_leader',
    'river_queue',
    'river_client',
    'river_client_queue',
  ],
  Sequelize: ['SequelizeMeta', 'SequelizeData'],
  Sqitch: ['sqitch.*'],
  sqlx: ['_sqlx_migrations'],
  Supabase: ['supabase_migrations.*', 'supabase_functions.*'],
  TypeORM: ['typeorm_metadata', 'typeorm_migrations'],
}

const KNOWN = Object.entries(TOOLS).flatMap(([tool, patterns]) =>
  patterns.map((pattern) => [tool, matcherOf(pattern)] as const),
)

/** The tool that a table or view is of, if it is known for it. */
export function toolOf(table: Qualified): string | undefined {
  return KNOWN.find(([, matches]) => matches(table))?.[0]
}

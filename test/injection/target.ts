import pg from 'pg'
import {
  connect,
  Repository,
  SchemaRegistry,
  type ConnectOptions,
  type Database,
  type KyselyHandle,
  type Model,
  type TableSchema,
} from 'sluice'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import type { NamingStyle } from '../../codegen/naming/style.js'
import { createTestDatabase, hasServerLog, serverLog, type TestDatabase } from '../support/database.js'

type Row = Record<string, unknown>

/** A repository whose table is known at run time only. */
export class AnyRepository extends Repository<
  Model & { readonly row: Row; readonly insert: Row; readonly update: Row; readonly filter: Row }
> {}

/** A database under attack. */
export interface Target extends AsyncDisposable {
  readonly db: Database<Record<string, Row>>
  readonly database: TestDatabase
  /** The repository of a table of the schema `public`. */
  repository(table: string): AnyRepository
  /** Runs SQL on a connection of its own. */
  sql<R extends object = Row>(text: string, values?: unknown[]): Promise<R[]>
  /** Waits for a task and tells which statements the server was sent meanwhile; undefined where its log cannot be read. */
  statements(task: () => Promise<void>): Promise<string[] | undefined>
  /** What an attack would change: the canary's rows, every relation, schema and setting of the database. */
  census(): Promise<unknown>
}

export interface TargetOptions {
  readonly connect?: ConnectOptions
  /** Default: `asIs`. */
  readonly naming?: NamingStyle
}

const CANARY = `create table canary (id integer primary key, song text);
  insert into canary values (1, 'la'), (2, 'li'), (3, 'lu');`

/** A database with a canary and what `schema` creates, and repositories for all of it. */
export async function openTarget(schema: string, options: TargetOptions = {}): Promise<Target> {
  const database = await createTestDatabase()
  const observer = new pg.Client({ connectionString: database.url, application_name: 'observer' })
  await observer.connect()
  const sql = async <R extends object>(text: string, values?: unknown[]) =>
    (await observer.query<R>(text, values)).rows
  await sql(CANARY + schema)
  const model = buildModel(await introspect(database.url), { naming: options.naming ?? 'asIs' })
  const tables = model.tables.map((each) => each.schema)
  const schemas = new SchemaRegistry(tables)
  const db = connect<Record<string, Row>>({ connectionString: database.url, ...options.connect })
  return {
    db,
    database,
    repository: (name) => {
      const table = tables.find((each) => each.name === name)
      if (table === undefined) throw new Error(`There is no table ${name}.`)
      class OfTable extends AnyRepository {
        constructor(kysely: KyselyHandle) {
          super(kysely, table as TableSchema, schemas)
        }
      }
      return new OfTable(db)
    },
    sql,
    statements: async (task) => {
      if (!hasServerLog) return task().then(() => undefined)
      const log = serverLog(database)
      const mark = await log.mark()
      await task()
      const statements = await log.statementsSince(mark)
      return statements.filter(({ kind }) => kind !== 'fetch').map((each) => each.sql)
    },
    census: async () => [
      await sql('select * from canary order by id'),
      await sql(
        `select relname, relkind from pg_class where relnamespace = 'public'::regnamespace order by oid`,
      ),
      await sql(`select nspname from pg_namespace where nspname !~ 'temp' order by oid`),
      await sql(
        'select s.* from pg_db_role_setting s join pg_database d on d.oid = setdatabase where datname = current_database()',
      ),
    ],
    [Symbol.asyncDispose]: async () => {
      await db.close()
      await observer.end()
      await database.drop()
    },
  }
}

/**
 * Calls a method as JavaScript does, past TypeScript, which forbids most of what these tests give: their one cast.
 *
 * @returns what such methods return, a queryset or a promise.
 */
export function call(target: object, method: string, ...args: readonly unknown[]): AnyRepository {
  const methods = target as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>
  return methods[method]?.apply(target, [...args]) as AnyRepository
}

/** The same of a method that runs a query. */
export function run(target: object, method: string, ...args: readonly unknown[]): Promise<unknown> {
  return Promise.resolve<unknown>(call(target, method, ...args))
}

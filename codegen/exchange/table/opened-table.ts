import type { Model } from '../../../src/query/model.js'
import { Repository } from '../../../src/repository/repository.js'
import { qualifiedName } from '../../../src/schema/qualified-name.js'
import { SchemaRegistry } from '../../../src/schema/registry.js'
import type { KyselyHandle } from '../../../src/kysely/handle.js'
import { connect, type Database } from '../../../src/kysely/connect.js'
import type { Settings } from '../../config/settings.js'
import { introspect } from '../../introspect/introspect.js'
import type { DatabaseModel, TableModel } from '../../model/database-model.js'
import { selectTables } from '../../model/select-tables.js'
import { withTags } from '../../model/tags/with-tags.js'
import { modelWith } from '../../plugins/run.js'
import { connectTo } from '../../server/connect.js'
import { findTable } from './find-table.js'
import { forExchange } from './for-exchange.js'

type Row = Readonly<Record<string, unknown>>

type AnyModel = Model & {
  readonly row: Row
  readonly insert: Row
  readonly update: Row
  readonly filter: Row
}

/** A repository whose table is only known at run time. */
export type AnyRepository = Repository<AnyModel>

/** A table of a database as it is now, with what is known of it, and the connections to it. */
export interface OpenedTable extends AsyncDisposable {
  readonly db: Database<unknown>
  readonly table: TableModel
  readonly model: DatabaseModel
  readonly repository: AnyRepository
}

export interface OpenOptions {
  readonly url: string
  /** As it was given: the name of its repository, or of the table in SQL. */
  readonly name: string
  /** What names are by. */
  readonly settings: Settings
  /** As `pg_stat_activity` shows it. */
  readonly applicationName: string
  readonly notify: (message: string) => void
}

/** Of what is read as something that is not all that the server has, its text: no value changes on the way. */
const EXACT = { int8: 'string', timestamptz: 'string', json: 'string', jsonb: 'string' } as const

/**
 * Reads the schema of a database, and finds a table in it. Names are those of the generated code, by the same settings; no
 * generated code is read.
 *
 * @throws {@link CodegenError} when the database cannot be reached, for a table that is not there, and for settings that
 * cannot be.
 */
export async function openTable(options: OpenOptions): Promise<OpenedTable> {
  const { url, name, settings, applicationName, notify } = options
  // Says what is wrong with the URL, and with what it leads to, in words for the command line.
  const client = await connectTo(url, 'to read its tables')
  await client.end()
  const catalog = withTags(selectTables(await introspect(url), settings, notify), settings)
  const { plugins = [], tenants: _tenants, columns: _columns, preset: _preset, ...names } = settings
  const run = { plugins, context: { out: '', importExtension: '.js' as const } }
  const model = await modelWith(run, catalog, { ...names, types: EXACT })
  const table = findTable(name, model.tables)
  const schemas = new SchemaRegistry(
    model.tables.map(({ schema }) => (schema === table.schema ? forExchange(schema) : schema)),
  )
  const db = connect<unknown>({ connectionString: url, max: 1, application_name: applicationName })
  return {
    db,
    table,
    model,
    repository: repositoryOf(db, qualifiedName(table.schema), schemas),
    [Symbol.asyncDispose]: () => db.close(),
  }
}

/** As generated code has it, whose classes take another handle and the same tables. */
function repositoryOf(db: KyselyHandle, name: string, tables: SchemaRegistry): AnyRepository {
  class TableRepository extends Repository<AnyModel> {
    constructor(kysely: KyselyHandle, schemas: SchemaRegistry = tables) {
      super(kysely, name, schemas)
    }
  }
  return new TableRepository(db)
}

import { sql, type Transaction } from 'kysely'
import { Repository, SchemaRegistry, type Database, type KyselyHandle, type Model } from '../../src/index.js'
import { tableSchema } from '../support/table-schema.js'

interface SourceRow {
  id: number
  value: string
}
interface SourceModel extends Model {
  readonly name: 'source'
  readonly row: SourceRow
  readonly key: 'id'
  readonly filter: object
  readonly insert: SourceRow
  readonly update: object
  readonly columns: SourceRow
}

/** What a walk reads, and a table that it writes a row into for each: nothing keeps a row from coming twice. */
export const objects = (rows: number) => `
  CREATE TABLE source (id int PRIMARY KEY, value text NOT NULL);
  CREATE TABLE done (id int NOT NULL, value text NOT NULL);
  INSERT INTO source SELECT i, 'value ' || i FROM generate_series(1, ${rows}) i;
  ANALYZE source`

const table = tableSchema('source', { id: 'int4', value: 'text' }, { primaryKey: ['id'] })

export class Source extends Repository<SourceModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, table, new SchemaRegistry([table]))
  }
}

/** The work of a walk: an INSERT for each batch. */
export async function copy(rows: readonly SourceRow[], db: Transactional): Promise<void> {
  const ids = rows.map(({ id }) => id)
  const values = rows.map(({ value }) => value)
  await sql`INSERT INTO done SELECT * FROM unnest(${ids}::int[], ${values}::text[])`.execute(db)
}

type Transactional = Database<object> | Transaction<{ source: SourceRow }>

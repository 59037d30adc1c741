import { Client } from 'pg'
import {
  connect,
  Repository,
  SchemaRegistry,
  type ConnectOptions,
  type Database,
  type KyselyHandle,
  type Model,
  type OrderObject,
  type TypeSchema,
} from 'sluice'
import { createTestDatabase } from '../support/database.js'
import { tableSchema } from '../support/table-schema.js'

interface ThingsModel extends Model {
  readonly name: 'things'
  readonly row: Readonly<Record<keyof typeof types, unknown>>
  readonly key: 'a' | 'b'
  readonly filter: Readonly<Record<string, unknown>>
  readonly insert: object
  readonly update: object
  readonly columns: object
}

export type Key = keyof typeof types | `-${keyof typeof types}` | OrderObject<ThingsModel>

const mood: TypeSchema = { kind: 'enum', schema: 'public', name: 'mood', labels: ['sad', 'ok', 'glad'] }

/** A type of each kind that orders, those that end with `?` with NULLs among their values. */
const types = {
  a: 'int8',
  b: 'uuid',
  mood,
  price: 'numeric',
  weight: 'float8?',
  name: 'text',
  plain: 'text?',
  alike: 'text',
  label: 'bpchar?',
  at: 'timestamptz',
  local: 'timestamp?',
  day: 'date?',
  span: 'interval',
  bytes: 'bytea',
  isDone: 'bool?',
  tags: { kind: 'array', element: 'int4' },
} satisfies Record<string, TypeSchema>

export const thingsTable = tableSchema('things', types, { primaryKey: ['a', 'b'] })

export class Things extends Repository<ThingsModel> {
  constructor(kysely: KyselyHandle, table = thingsTable) {
    super(kysely, table, new SchemaRegistry([table]))
  }

  /** In an order that is put together at random. */
  by(keys: readonly Key[]) {
    return this.orderBy(...(keys as ['a']))
  }
}

/** `count` things whose values are few, so that equal ones and NULLs fill many batches. */
const script = (count: number) => `
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
  CREATE COLLATION alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE things (
    a bigint, b uuid, mood mood NOT NULL, price numeric NOT NULL, weight float8, name text NOT NULL,
    plain text COLLATE "C", alike text COLLATE alike NOT NULL, label char(4), at timestamptz NOT NULL,
    local timestamp, day date, span interval NOT NULL, bytes bytea NOT NULL, is_done boolean, tags int4[] NOT NULL,
    PRIMARY KEY (a, b));
  INSERT INTO things
  SELECT 9007199254740990 + i % 23, md5(i::text)::uuid, (ARRAY['glad', 'sad', 'ok'])[1 + i % 3]::mood,
         (ARRAY[1.10, 1.1, 'NaN', 0.00000000000000000001, -12345678901234567890.5])[1 + i % 5],
         (ARRAY['NaN', '-0', '0', 1e-300, NULL, 'Infinity', 0.1])[1 + i % 7],
         (ARRAY['ä', 'z', 'Z', '', 'a b', E'a\\tb', '%', '"''\\'])[1 + i % 8], (ARRAY['Z', 'a', 'é', NULL])[1 + i % 4],
         (ARRAY['Ada', 'ada', 'ADA', 'Bob', 'BOB'])[1 + i % 5], (ARRAY['x', 'x  ', 'y', NULL])[1 + i % 4],
         timestamptz '2024-03-10 12:00:00.123456+00' + (i % 11) * interval '1 microsecond',
         (ARRAY['infinity', '-infinity', '2024-03-31 02:30:00.000001', '0044-03-15 00:00:00 BC', NULL])[1 + i % 5]::timestamp,
         CASE WHEN i % 6 > 1 THEN date '1999-12-31' + i % 4 END,
         (ARRAY['1 mon', '30 days', '720:00:00', '00:00:00.000001'])[1 + i % 4]::interval,
         decode((ARRAY['', '00', 'ff00', '5c'])[1 + i % 4], 'hex'), (ARRAY[true, false, NULL])[1 + i % 3],
         (ARRAY['{}', '{1,NULL}', '{1,2}'])[1 + i % 3]::int4[]
  FROM generate_series(1, ${count}) i`

export interface OpenThings extends AsyncDisposable {
  readonly db: Database<object>
  readonly things: Things
  readonly url: string
  /** Runs a script outside of sluice. */
  run(sql: string): Promise<void>
  open(options: ConnectOptions): Database<object>
}

export async function openThings(count: number): Promise<OpenThings> {
  const database = await createTestDatabase()
  const opened: Database<object>[] = []
  const open = (options: ConnectOptions): Database<object> => {
    const db = connect<object>({ connectionString: database.url, ...options })
    opened.push(db)
    return db
  }
  const run = async (sql: string): Promise<void> => {
    const client = new Client(database.url)
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  await run(script(count))
  const db = open({})
  return {
    db,
    things: new Things(db),
    url: database.url,
    run,
    open,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((each) => each.close()))
      await database.drop()
    },
  }
}

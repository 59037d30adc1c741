import assert from 'node:assert/strict'
import pg from 'pg'
import type { TypeSchema } from '../../../src/index.js'
import { sqlStateOf } from '../../../src/pg/database-error.js'
import { failureOf } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import { failuresByEveryPath, readByEveryPath } from '../paths.js'
import type { Scenario } from '../scenario.js'
import { tableOf } from '../tables.js'
import type { World } from '../world.js'

interface Row {
  id: number
  mood: string
  place: { x: number }
  at: Date
  note: string
}

function columnsOf(name: string): Record<keyof Row, TypeSchema> {
  const schema = 'public'
  const place = { kind: 'composite', schema, name: `${name}_place` } as const
  return {
    id: 'int4',
    mood: { kind: 'enum', schema, name: `${name}_mood`, labels: ['good', 'bad'] },
    place: { ...place, fields: [{ property: 'x', name: 'x', type: 'int4' }] },
    at: 'timestamptz',
    note: 'text',
  }
}

const ROWS = 120

/** A table of its own, which is as its generated code says. */
async function drift(world: World, name: string) {
  await world.observer.query(`
    create type ${name}_mood as enum ('good', 'bad');
    create type ${name}_place as (x int4);
    create table ${name} (id int4 primary key, mood ${name}_mood, place ${name}_place, at timestamptz, note text);
    insert into ${name} select i, 'good', row(i)::${name}_place, '2024-01-01', 'x' from generate_series(1, ${ROWS}) i`)
  const { db } = world.open()
  const table = tableOf<Row>(db, name, columnsOf(name))
  await readByEveryPath(() => table.all())
  return table
}

interface Change {
  /** What is done to the table of this name, one statement each. */
  readonly sql: (name: string) => readonly string[]
  /** What the error has to say, after `public.` and the name. */
  readonly message: string
}

/** Each on a table of its own. */
function changes(fault: string, list: readonly Change[]): Scenario {
  return {
    fault,
    async run(world) {
      const names = new Set<string>()
      for (const [index, { sql, message }] of list.entries()) {
        const name = `${world.name}_drift_${index}`
        const table = await drift(world, name)
        for (const statement of sql(name)) await world.observer.query(statement)
        const expected = new RegExp(`public\\.${name}${message}`)
        for (const failure of await failuresByEveryPath(() => table.all(), expected))
          names.add(nameOf(failure))
      }
      return `${[...names].join(', ')} that names it, by every path`
    },
  }
}

/** The database is no longer what the code was generated for. */
export const drifting: readonly Scenario[] = [
  changes('A column was dropped or renamed since generation, or its table was', [
    { sql: (name) => [`alter table ${name} drop column at`], message: ' uses: .*\\bat\\b' },
    { sql: (name) => [`alter table ${name} rename at to since`], message: ' uses: .*\\bat\\b' },
    { sql: (name) => [`alter table ${name} rename to ${name}_other`], message: ' uses' },
    { sql: (name) => [`drop table ${name}`], message: ' uses' },
  ]),
  changes('A column got another type: of as many bytes, of like values, or an enum', [
    {
      sql: (name) => [`alter table ${name} alter at type float8 using 1`],
      message: '\\.at is float8.*expects timestamptz',
    },
    {
      sql: (name) => [`alter table ${name} alter at type timestamp`],
      message: '\\.at is timestamp\\b.*expects timestamptz',
    },
    {
      sql: (name) => [
        `alter table ${name} drop constraint ${name}_pkey, alter id type ${name}_mood using 'bad'`,
      ],
      message: '\\.id is of a type of its own.*expects int4',
    },
  ]),
  changes('An enum got another label, or a composite type another attribute, or one of another type', [
    {
      sql: (name) => [
        `alter type ${name}_mood add value 'odd'`,
        `update ${name} set mood = 'odd' where id = 20`,
      ],
      message: '\\.mood, row .* label that the generated schema does not know',
    },
    { sql: (name) => [`alter type ${name}_place add attribute y int4`], message: '\\.place, row 1 ' },
    {
      sql: (name) => [
        `alter type ${name}_place drop attribute x`,
        `alter type ${name}_place add attribute x float4`,
        `update ${name} set place = row(0.1)::${name}_place`,
      ],
      message: '\\.place, row 1 ',
    },
  ]),
  {
    fault:
      'A column was added, or one that is not asked for was dropped; a text became a varchar or a domain',
    async run(world) {
      const name = `${world.name}_drift`
      const table = await drift(world, name)
      const before = await readByEveryPath(() => table.defer('at'))
      await world.observer.query(`
        create domain ${name}_note as text;
        alter table ${name} add column more text, drop column at, alter note type ${name}_note`)
      assert.deepEqual(await readByEveryPath(() => table.defer('at')), before)
      await world.observer.query(`alter table ${name} alter note type varchar(5)`)
      assert.deepEqual(await readByEveryPath(() => table.defer('at')), before)
      return 'nothing'
    },
  },
  {
    fault: 'A column is changed while a stream is open',
    async run(world) {
      const name = `${world.name}_drift`
      const table = await drift(world, name)
      const migration = new pg.Client(world.url)
      await migration.connect()
      await migration.query(`set lock_timeout = '50ms'`)
      const change = `alter table ${name} alter at type timestamp`
      const refusals = new Set<unknown>()
      for (const form of ['aiterator', 'iterator'] as const) {
        const { rows, error } = await loop(table[form]({ chunkSize: 10 }), async (_, count) => {
          if (count === 15) refusals.add(sqlStateOf(await failureOf(migration.query(change))))
        })
        assert.deepEqual([rows, error], [ROWS, undefined])
      }
      await migration.query(change)
      await migration.end()
      const { error } = await loop(table.aiterator())
      return (
        `the change waits for the loop to end, or gives up by its lock_timeout (${[...refusals].join()}): the loop ` +
        `receives all rows. After the change: ${nameOf(error)}`
      )
    },
  },
]

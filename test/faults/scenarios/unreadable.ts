import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { EncodeError } from '../../../src/index.js'
import { failureOf, type NumberRow } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import { failuresByEveryPath, readByEveryPath } from '../paths.js'
import type { Scenario } from '../scenario.js'
import { tableOf } from '../tables.js'

const NUL = 'a\0b'
const LONE = 'a\ud800b'
/** From every plane of Unicode the first and the last character that are one, and some that are easy to get wrong. */
const EVERY_PLANE = Array.from({ length: 17 }, (_, plane) =>
  String.fromCodePoint(plane === 0 ? 1 : plane * 0x10000, plane * 0x10000 + 0xfffd),
)
  .concat('\ud7ff\ue000\ufeff\ufffe\uffff', '\u{10ffff}', 'e\u0301 \u202e \u2028', '\\\'"\\x{}\r\n\t', '')
  .join('|')

/** Values that one side cannot represent. */
export const unreadable: readonly Scenario[] = [
  {
    fault: 'A value cannot be represented, such as a timestamptz of infinity as a `Date`',
    async run(world) {
      const { db, pool } = world.open()
      const name = `${world.name}_times`
      await world.observer.query(`
        create view ${name} as select i as id,
          case when i = 250 then 'infinity'::timestamptz else '2024-01-01' end as at
        from generate_series(1, 1000) i`)
      const times = tableOf<{ id: number; at: Date }>(db, name, { id: 'int4', at: 'timestamptz' })
      const message = new RegExp(`Column public\\.${name}\\.at, row 250 of the result: .*infinity`, 'i')
      const names = new Set((await failuresByEveryPath(() => times.all(), message)).map(nameOf))
      for (const form of ['aiterator', 'iterator'] as const) {
        const { rows, error } = await loop(times[form]({ chunkSize: 100 }))
        assert.equal(rows, 200)
        names.add(nameOf(error))
      }
      await db.transaction().execute(async (trx) => {
        names.add(nameOf((await loop(times.using(trx).aiterator({ chunkSize: 100 }))).error))
        await sql`select 1`.execute(trx)
      })
      assert.deepEqual([pool.totalCount, pool.idleCount], [1, 1])
      return `${[...names].join(', ')} that names table, column and row, by every path; the transaction is not lost`
    },
  },
  {
    fault: 'A string with the character U+0000 or half of a surrogate pair is written or looked for',
    async run(world) {
      const { db } = world.open()
      const items = tableOf<NumberRow>(db, 'items', { id: 'int4', payload: 'text' })
      const names = new Set<string>()
      for (const payload of [NUL, LONE]) {
        for (const attempt of [
          () => items.create({ id: 15_000, payload }),
          () => items.bulkCreate([{ id: 15_000, payload }]),
          () => items.filter({ id: 15_000 }).update({ payload }),
          () => items.filter({ payload } as never).toArray(),
          () => items.filter({ payload: { in: ['x', payload] } } as never).toArray(),
        ]) {
          const error = await failureOf((async () => attempt())())
          assert.match(error.message, /\bpayload\b/)
          names.add(nameOf(error))
        }
      }
      assert.deepEqual(await world.observer.states(), [])
      return `${[...names].join(', ')} that names the column; nothing is sent`
    },
  },
  {
    fault: 'Characters of every plane of Unicode, quotes and control characters are written and read',
    async run(world) {
      const { db } = world.open()
      const name = `${world.name}_texts`
      await world.observer.query(`create table ${name} (id int primary key, payload text, list text[])`)
      const columns = { id: 'int4', payload: 'text', list: { kind: 'array', element: 'text' } } as const
      const texts = tableOf<NumberRow & { list: string[] }>(db, name, columns)
      const row = { id: 1, payload: EVERY_PLANE, list: [...EVERY_PLANE] }
      assert.deepEqual(await texts.create(row), row)
      assert.deepEqual(await readByEveryPath(() => texts.filter({ payload: EVERY_PLANE } as never)), [row])
      await texts.filter({ id: 1 }).delete()
      await world.observer.query(`drop table ${name}`)
      return 'they are the same by every path'
    },
  },
  {
    fault: 'A value that its column cannot hold is in a stream of rows to insert',
    async run(world) {
      const { db } = world.open()
      const items = tableOf<NumberRow>(db, 'items', { id: 'int4', payload: 'text' })
      function* rows() {
        for (let id = 16_000; id < 19_000; id++) yield { id, payload: id === 18_500 ? NUL : world.name }
      }
      const error = await failureOf(items.bulkCreate(rows()))
      assert.ok(error instanceof EncodeError)
      assert.equal(await items.filter({ id: 16_000 }).count(), 0)
      return `${nameOf(error)}; nothing is written`
    },
  },
]

import assert from 'node:assert/strict'
import { nameOf, loop } from '../loop.js'
import type { Scenario } from '../scenario.js'
import { tableOf } from '../tables.js'

const MIB = 2 ** 20

/** Text of that many mebibytes; made of few pieces, which the server puts together much faster than single letters. */
const textOf = (mebibytes: number | string): string => `repeat(repeat('x', ${MIB}), ${mebibytes})`

/** Values of some hundred megabytes. */
export const largeValues: readonly Scenario[] = [
  {
    fault: 'A value of 300 MiB is read, text and bytea',
    isLong: true,
    deadlineMs: 120_000,
    async run(world) {
      const { db } = world.open()
      const name = `${world.name}_large`
      await world.observer.query(`
        create view ${name}_text as select 1 as id, ${textOf(300)} as value;
        create view ${name}_bytea as select 1 as id, convert_to(${textOf(300)}, 'UTF8') as value`)
      // Each of them takes seconds, and hundreds of megabytes on both sides.
      for (const [type, form] of [
        ['text', 'aiterator'],
        ['bytea', 'iterator'],
      ] as const) {
        const columns = { id: 'int4', value: type }
        const table = tableOf<{ id: number; value: string | Buffer }>(db, `${name}_${type}`, columns)
        for await (const { value } of table[form]()) {
          assert.equal(value.length, 300 * MIB)
          assert.equal(value.at(-1), type === 'text' ? 'x' : 120)
        }
      }
      return 'it arrives, in both forms'
    },
  },
  {
    fault: 'A text of 540 MiB is read, which is more than a string of JavaScript can be',
    deadlineMs: 120_000,
    async run(world) {
      const { db } = world.open()
      const name = `${world.name}_larger`
      await world.observer.query(`
        create view ${name} as
        select i as id, case i when 2 then ${textOf(540)} else 'x' end as value from generate_series(1, 3) i`)
      const table = tableOf<{ id: number; value: string }>(db, name, { id: 'int4', value: 'text' })
      const { rows, error } = await loop(table.aiterator({ chunkSize: 1 }))
      assert.equal(rows, 1)
      assert.match(String(error?.message), new RegExp(`Column public\\.${name}\\.value, row 2`))
      return `${nameOf(error)} that names table, column and row`
    },
  },
  {
    fault: 'A value of 1 GiB, which the server refuses to make',
    async run(world) {
      const { db } = world.open()
      const name = `${world.name}_largest`
      await world.observer.query(`
        create view ${name} as
        select i as id, case i when 20 then ${textOf('i * 0 + 1024')} else 'x' end as value
        from generate_series(1, 30) i`)
      const table = tableOf<{ id: number; value: string }>(db, name, { id: 'int4', value: 'text' })
      for (const form of ['aiterator', 'iterator'] as const) {
        const { rows } = await loop(table[form]({ chunkSize: 5 }))
        assert.equal(rows, 15)
      }
      const { error } = await loop(table.aiterator({ chunkSize: 5 }))
      return `${nameOf(error)} after the rows of the fetches before. The same in both forms`
    },
  },
]

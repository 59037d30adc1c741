import { sql, type Kysely } from 'kysely'
import { describe, expect, test } from 'vitest'
import { Splitter } from '../../fuzz/splitter.js'
import { countOf, Numbers, open, type FaultTables } from '../support/fault-database.js'
import { passOn, startProxy } from '../support/proxy.js'
import { useFaults } from '../support/use-faults.js'

const faults = useFaults()
const ROWS = 10

type Change = (messages: readonly Buffer[]) => readonly Buffer[]

const typeOf = (message: Buffer) => String.fromCharCode(message[0] ?? 0)

/** Changes the last message of a type. */
function changeLast(type: string, change: (message: Buffer) => readonly Buffer[]): Change {
  return (messages) => {
    const at = messages.findLastIndex((message) => typeOf(message) === type)
    return messages.flatMap((message, index) => (index === at ? change(message) : [message]))
  }
}

const changed = (change: (copy: Buffer) => unknown) => (message: Buffer) => {
  const copy = Buffer.from(message)
  change(copy)
  return [copy]
}

const changes: readonly (readonly [string, Change])[] = [
  [
    'is ready in a way that there is not',
    changeLast(
      'Z',
      changed((end) => (end[5] = 0x41)),
    ),
  ],
  ['leaves a row out', changeLast('D', () => [])],
  ['sends a row twice', changeLast('D', (row) => [row, row])],
  ['leaves out all rows', (messages) => messages.filter((message) => typeOf(message) !== 'D')],
  ['ends the result twice', changeLast('C', (end) => [end, end])],
  [
    'has a value end behind its row',
    changeLast(
      'D',
      changed((row) => row.writeInt32BE(row.readInt32BE(7) + 1, 7)),
    ),
  ],
  [
    'has a row of fewer columns',
    changeLast(
      'D',
      changed((row) => row.writeUInt16BE(1, 5)),
    ),
  ],
  [
    'describes a column more than there is',
    changeLast(
      'T',
      changed((text) => text.writeUInt16BE(3, 5)),
    ),
  ],
]

type Read = (db: Kysely<FaultTables>) => Promise<number>

const numbers = (db: Kysely<FaultTables>) => new Numbers(db).filter({ id: { lte: ROWS } })
const toArray: Read = async (db) => (await numbers(db).toArray()).length
const reads: readonly (readonly [string, Read])[] = [
  ['toArray', toArray],
  ['aiterator', (db) => countOf(numbers(db).aiterator())],
  ['stream', (db) => countOf(db.selectFrom('numbers').selectAll().where('id', '<=', ROWS).stream(100))],
  ['free-hand SQL', async (db) => (await sql`select * from numbers where id <= 10`.execute(db)).rows.length],
  [
    'SQL with parameters',
    async (db) => (await sql`select * from numbers where id <= ${ROWS}`.execute(db)).rows.length,
  ],
]

describe.each(changes)('a server that %s is not believed', (_, change) => {
  test.each(reads)('by %s', (__, read) => expectRefused(read, change))
})

// Its columns were described when it was prepared.
const ofRows = changes.filter(([what]) => !what.startsWith('describes'))

test.each(ofRows)('a server that %s is not believed of what was prepared before', async (_, change) => {
  await expectRefused(toArray, change, 6)
})

async function expectRefused(read: Read, change: Change, times = 1): Promise<void> {
  await using proxy = await startProxy(faults.url)
  await using opened = open(proxy.url)
  for (let time = 0; time < times; time++) expect(await read(opened.db)).toBe(ROWS)
  const splitter = new Splitter(false)
  let waiting: Buffer[] = []
  proxy.relay = (bytes, to) => {
    waiting.push(...splitter.add(bytes))
    if (typeOf(waiting.at(-1) ?? bytes) !== 'Z') return
    const hasRows = waiting.some((message) => typeOf(message) === 'D')
    to.write(Buffer.concat(hasRows ? change(waiting) : waiting))
    waiting = []
  }
  await expect(read(opened.db)).rejects.toThrow(/did not keep to PostgreSQL's protocol|value|column/)
  proxy.relay = passOn
  expect(await read(opened.db)).toBe(ROWS)
}

test.each([
  ['select 1 as a; create temp table kept as select * from numbers', []],
  ['create temp table made as select * from numbers', []],
  ['insert into items select id, payload from numbers where id < 5 returning id', [1, 2, 3, 4]],
  ['begin; declare cur cursor for select id from numbers; fetch 5 from cur; move 5 in cur; commit', []],
  ['create rule beside as on insert to deferred do also select id from numbers', []],
  ["insert into deferred values (1, 'x')", undefined],
])('of %s the rows are as many as there are', async (text, ids) => {
  await using opened = open(faults.url)
  const { rows } = await sql<{ id: number }>`${sql.raw(text)}`.execute(opened.db)
  if (ids !== undefined) expect(rows.map(({ id }) => id)).toEqual(ids)
})

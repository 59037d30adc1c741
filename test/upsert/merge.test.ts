import { describe, expect, it } from 'vitest'
import { excluded, ref } from 'sluice'
import { upsertDatabase } from './upsert-database.js'

const { of, sql } = upsertDatabase('upsert-merge')

const merge = (name: string, rows: unknown, options: object) =>
  of(name).merge(rows as never, options as never) as Promise<unknown>
const labels = () => of('labels').orderBy('code').valuesList('code', 'text', 'at').toArray()
const prepare = () =>
  of('labels').bulkCreate([
    { code: 'a', text: 'old', at: 1 },
    { code: 'b', text: 'old', at: 2 },
    { code: 'c', text: 'old', at: 3 },
  ])

describe('merge', () => {
  it('updates, inserts, deletes and leaves rows by the first clause that holds', async ({ skip }) => {
    if (!(await isAtLeast(15))) skip()
    await prepare()
    const rows = [
      { code: 'A', text: 'new', at: 10 },
      { code: 'b', text: 'gone', at: 0 },
      { code: 'd', text: 'new', at: 4 },
      { code: 'e', text: 'new', at: -1 },
    ]
    const written = await merge('labels', rows, {
      on: ['code'],
      whenMatched: [
        { where: { and: [{ text: 'old' }, { at: { gt: excluded('at') } }] }, then: 'delete' },
        { updateFields: ['text'], updateValues: { at: ref('at').plus(excluded('at')) } },
      ],
      whenNotMatched: [{ where: { at: { lt: 0 } }, then: 'nothing' }, 'insert'],
    })
    expect(written).toBe(3)
    expect(await labels()).toEqual([
      ['a', 'new', 11],
      ['c', 'old', 3],
      ['d', 'new', 4],
    ])
  })

  it('gives the rows that it wrote, and is about rows that are not given', async ({ skip }) => {
    if (!(await isAtLeast(17))) skip()
    await prepare()
    const rows = [
      { code: 'a', text: 'new' },
      { code: 'd', text: 'new' },
    ]
    const outcomes = await merge('labels', rows, {
      on: ['code'],
      whenMatched: { updateFields: ['text'] },
      whenNotMatched: 'insert',
      whenNotMatchedBySource: [
        { where: { at: { gt: 2 } }, then: 'delete' },
        { updateValues: { text: 'left over', at: ref('at').times(-1) } },
      ],
      outcomes: true,
    })
    expect(outcomes).toEqual({
      inserted: [{ code: 'd', place: null, text: 'new', at: 0 }],
      updated: [
        { code: 'a', place: null, text: 'new', at: 1 },
        { code: 'b', place: null, text: 'left over', at: -2 },
      ],
      deleted: [{ code: 'c', place: null, text: 'old', at: 3 }],
    })
    expect(await merge('labels', [], { on: ['code'], whenNotMatchedBySource: 'delete' })).toBe(3)
  })

  it('finds rows by what only the server fills, and by several fields, of which NULL is nothing', async ({
    skip,
  }) => {
    if (!(await isAtLeast(15))) skip()
    await of('split').bulkCreate([1, 2].map((part) => ({ id: 1, part, text: 'old' })))
    const parts = [2, 1].map((part) => ({ id: part, part, text: 'new' }))
    const options = { on: ['id', 'part'], whenMatched: { updateFields: ['text'] }, whenNotMatched: 'insert' }
    expect(await merge('split', parts, options)).toBe(2)
    expect(await sql('select * from split order by id, part')).toEqual([
      { id: 1, part: 1, text: 'new' },
      { id: 1, part: 2, text: 'old' },
      { id: 2, part: 2, text: 'new' },
    ])
    const places = [1, 2].map((n) => ({ code: `p${n}`, place: null, text: 'x' }))
    expect(await merge('labels', places, { on: ['place'], whenNotMatched: 'insert' })).toBe(2)
  })

  it('takes rows one after the other, of any fields, in batches of one transaction', async ({ skip }) => {
    if (!(await isAtLeast(15))) skip()
    await prepare()
    function* rows() {
      for (let n = 0; n < 30; n++)
        yield n % 2 === 0 ? { code: `r${n}`, text: 'x' } : { code: `r${n}`, text: 'x', at: n }
    }
    expect(await merge('labels', rows(), { on: ['code'], whenNotMatched: 'insert', batchSize: 7 })).toBe(30)
    const fails = [
      { code: 'z', text: 'x' },
      { code: 'y', text: null },
    ].values()
    await expect(merge('labels', fails, { on: ['code'], whenNotMatched: 'insert' })).rejects.toThrow('text')
    expect(await of('labels').filter({ code: 'z' }).count()).toBe(0)
  })

  it('says which server it needs', async ({ skip }) => {
    if (await isAtLeast(17)) skip()
    const options = { on: ['code'], whenMatched: 'delete', outcomes: true }
    await expect(merge('labels', [{ code: 'a' }], options)).rejects.toThrow('merge() needs PostgreSQL 15')
  })

  it.each<[string, unknown, object, string]>([
    ['no key', [], {}, 'needs on'],
    ['an unknown key', [], { on: ['cdoe'] }, 'Did you mean "code"?'],
    ['nothing to do', [], { on: ['code'] }, 'does nothing without whenMatched'],
    ['nothing but nothing', [], { on: ['code'], whenMatched: 'nothing' }, 'does nothing without'],
    ['an unknown action', [], { on: ['code'], whenMatched: 'remove' }, 'Choices: update, delete, nothing'],
    ['an action of other rows', [], { on: ['code'], whenNotMatched: 'delete' }, 'Choices: insert, nothing'],
    [
      'an unknown part',
      [],
      { on: ['code'], whenMatched: { wehre: {}, then: 'delete' } },
      'Did you mean "where"?',
    ],
    ['no action', [], { on: ['code'], whenMatched: { where: { at: 1 } } }, 'does not say what to do'],
    [
      'two actions',
      [],
      { on: ['code'], whenMatched: { then: 'delete', updateFields: ['at'] } },
      'cannot update and delete',
    ],
    ['nothing to update', [], { on: ['code'], whenMatched: { updateFields: [] } }, 'to update'],
    ['an unknown option', [], { on: ['code'], whenMatchd: 'delete' }, 'Did you mean "whenMatched"?'],
    [
      'a stream where all rows are asked for',
      [].values(),
      { on: ['code'], whenNotMatchedBySource: 'delete' },
      'takes an array',
    ],
    [
      'fields of a row that is not given',
      [],
      { on: ['code'], whenNotMatchedBySource: { updateFields: ['at'] } },
      'give updateValues',
    ],
    [
      'values of a row that is not given',
      [],
      { on: ['code'], whenNotMatchedBySource: { updateValues: { at: excluded('at') } } },
      'excluded',
    ],
    [
      'a row without its key',
      [{ text: 'x' }],
      { on: ['code'], whenNotMatched: 'insert' },
      'Row 1 of merge() on public.labels has no "code", by which rows are found',
    ],
    [
      'a row without what is updated',
      [{ code: 'a' }],
      { on: ['code'], whenMatched: { updateFields: ['at'] } },
      'has no "at", which updateFields name',
    ],
    [
      'rows of several shapes as a whole',
      [{ code: 'a' }, { code: 'b', at: 1 }],
      { on: ['code'], whenNotMatchedBySource: 'delete' },
      'Row 2 of merge()',
    ],
    [
      'a key that comes twice',
      [{ code: 'a' }, { code: 'A' }],
      { on: ['code'], whenMatched: 'delete' },
      'same key',
    ],
  ])('refuses %s', async (_, rows, options, message) => {
    await expect(merge('labels', rows, options)).rejects.toThrow(message)
  })
})

async function isAtLeast(version: number): Promise<boolean> {
  const [row] = await sql(`select current_setting('server_version_num')::int4 / 10000 as version`)
  return Number(row?.['version']) >= version
}

import { describe, expect, it } from 'vitest'
import { excluded, lower } from 'sluice'
import { upsertDatabase } from './upsert-database.js'

const { of } = upsertDatabase('upsert-outcomes')

/** The outcomes in short. */
async function told(name: string, rows: object[], options: object): Promise<unknown[]> {
  const found = (await of(name).bulkCreate(
    rows as never,
    { ...options, outcomes: true } as never,
  )) as unknown as {
    outcome: string
    row: Record<string, unknown> | null
  }[]
  return found.map(({ outcome, row }) => [outcome, row])
}
const outcome = async (...of: Parameters<typeof told>) =>
  (await told(...of)).map((each) => (each as unknown[])[0])

const byCode = { updateConflicts: true, uniqueFields: ['code'], updateFields: ['text'] } as const

describe('outcomes', () => {
  it('are told in the order of rows, with each as it is in the table then', async () => {
    await of('labels').bulkCreate([
      { code: 'b', text: 'old', at: 9 },
      { code: 'c', text: 'same' },
    ])
    const rows = [
      { code: 'd', text: 'new' },
      { code: 'C', text: 'same' },
      { code: 'B', text: 'new', at: 1 },
      { code: 'a', text: 'new', at: 2 },
    ]
    expect(
      await told('labels', rows, { ...byCode, updateWhere: { text: { ne: excluded('text') } } }),
    ).toEqual([
      ['inserted', { code: 'd', place: null, text: 'new', at: 0 }],
      ['left', null],
      ['updated', { code: 'b', place: null, text: 'new', at: 9 }],
      ['inserted', { code: 'a', place: null, text: 'new', at: 2 }],
    ])
  })

  it('are told where conflicts are ignored, of rows with one key the first inserted', async () => {
    await of('labels').create({ code: 'b', text: 'old' })
    const rows = ['a', 'b', 'A', 'c'].map((code) => ({ code, text: code }))
    const options = { ignoreConflicts: true, uniqueFields: ['code'] }
    expect(await outcome('labels', rows, options)).toEqual(['inserted', 'left', 'left', 'inserted'])
  })

  it('are told of rows whose key the server fills, or is NULL', async () => {
    const accounts = of('accounts')
    await accounts.bulkCreate([{ email: 'a' }, { email: 'b' }])
    const rows = [{ email: 'x' }, { id: 2, email: 'B' }, { id: null, email: 'never' }, { email: 'y' }].filter(
      ({ email }) => email !== 'never',
    )
    const byId = { updateConflicts: true, uniqueFields: ['id'], updateFields: ['email'] }
    expect(await outcome('accounts', rows, byId)).toEqual(['inserted', 'updated', 'inserted'])
    await of('labels').create({ code: 'a', place: 1, text: 'old' })
    const labels = [
      { code: 'b', place: null, text: 'x' },
      { code: 'c', place: 1, text: 'y' },
      { code: 'd', place: null, text: 'z' },
    ]
    const byPlace = { updateConflicts: true, uniqueFields: ['place'], updateFields: ['text'] }
    expect(await told('labels', labels, byPlace)).toEqual([
      ['inserted', { ...labels[0], at: 0 }],
      ['updated', { code: 'a', place: 1, text: 'y', at: 0 }],
      ['inserted', { ...labels[2], at: 0 }],
    ])
  })

  it('are told by partial indexes, of expressions and by name, beside rows that they are not of', async () => {
    const accounts = of('accounts')
    await accounts.bulkCreate([{ email: 'Ada' }, { email: 'gone', deletedAt: new Date(0) }])
    const rows = [{ email: 'ADA' }, { email: 'gone' }, { email: 'new' }]
    const targets = [
      { uniqueIndex: 'accounts_email_idx' },
      { uniqueFields: ['tenantId', lower('email')], uniqueWhere: { deletedAt: null } },
    ]
    const options = { updateConflicts: true, updateFields: ['name'] }
    // The tenant is a default, which is not known beforehand.
    expect(await outcome('accounts', rows, { ...options, ...targets[0] })).toEqual([
      'updated',
      'inserted',
      'inserted',
    ])
    const again = rows.map((row) => ({ ...row, tenantId: 1 }))
    expect(await outcome('accounts', again, { ...options, ...targets[1] })).toEqual([
      'updated',
      'updated',
      'updated',
    ])
  })

  it('are told of partitioned tables, and of columns with any names', async () => {
    const split = { updateConflicts: true, uniqueFields: ['id', 'part'], updateFields: ['text'] }
    await of('split').create({ id: 1, part: 2, text: 'old' })
    const rows = [1, 2].map((part) => ({ id: 1, part, text: 'new' }))
    expect(await told('split', rows, split)).toEqual([
      ['inserted', rows[0]],
      ['updated', rows[1]],
    ])
    const some = { ...split, updateWhere: { text: { ne: excluded('text') } } }
    const more = [
      { id: 1, part: 1, text: 'new' },
      { id: 1, part: 2, text: 'newer' },
      { id: 2, part: 2, text: 'new' },
    ]
    expect(await outcome('split', more, some)).toEqual(['left', 'updated', 'inserted'])
    const counted = { ...some, outcomes: true } as never
    expect(
      await of('split').bulkCreate([...more, { id: 3, part: 1, text: 'x' }].values() as never, counted),
    ).toEqual({
      inserted: 1,
      updated: 0,
      left: 3,
    })
    expect(await outcome('split', more, { ignoreConflicts: true, uniqueFields: ['id', 'part'] })).toEqual([
      'left',
      'left',
      'left',
    ])
    const given = { updateConflicts: true, uniqueFields: ['place'], updateFields: ['inserted'] }
    await of('given').create({ place: 1, inserted: false, k0: 'k', c0: 'c' })
    expect(
      await told(
        'given',
        [
          { place: 1, inserted: true },
          { place: 2, c0: 'x' },
        ],
        given,
      ),
    ).toEqual([
      ['updated', { place: 1, inserted: true, k0: 'k', c0: 'c' }],
      ['inserted', { place: 2, inserted: null, k0: null, c0: 'x' }],
    ])
  })

  it('are told where a trigger changes the key, as long as all rows are written', async () => {
    const byEmail = { updateConflicts: true, uniqueFields: ['email'], updateFields: ['n'] }
    await of('lowered').create({ email: 'A', n: 0 })
    const rows = [
      { email: 'A', n: 1 },
      { email: 'B', n: 2 },
    ]
    expect(await told('lowered', rows, byEmail)).toEqual([
      ['updated', { email: 'a', n: 1 }],
      ['inserted', { email: 'b', n: 2 }],
    ])
    const some = { ...byEmail, updateWhere: { n: { lt: excluded('n') } } }
    await expect(
      outcome(
        'lowered',
        [
          { email: 'A', n: 1 },
          { email: 'C', n: 2 },
        ],
        some,
      ),
    ).rejects.toThrow('a trigger of the table changes the key')
    expect(await of('lowered').count()).toBe(2)
  })

  it('are counted of rows that come one after the other, over several batches', async () => {
    await of('labels').bulkCreate([0, 1, 2].map((n) => ({ code: `c${n}`, text: `t${n}`, at: n })))
    const rows = Array.from({ length: 25 }, (_, n) => ({ code: `c${n}`, text: 'new', at: 1 }))
    const options = { ...byCode, updateWhere: { at: { gte: 1 } }, outcomes: true, batchSize: 10 }
    expect(await of('labels').bulkCreate(rows.values() as never, options as never)).toEqual({
      inserted: 22,
      updated: 2,
      left: 1,
    })
    expect(await of('labels').bulkCreate([].values() as never, options as never)).toEqual({
      inserted: 0,
      updated: 0,
      left: 0,
    })
    expect(await outcome('labels', rows, { ...byCode, batchSize: 7 })).toEqual(rows.map(() => 'updated'))
  })

  it('need to know by which key rows are told apart', async () => {
    await expect(outcome('labels', [], { ignoreConflicts: true })).rejects.toThrow('needs uniqueFields')
    await expect(outcome('labels', [], {})).rejects.toThrow('need ignoreConflicts or updateConflicts')
  })
})

import { describe, expect, it } from 'vitest'
import { coalesce, excluded, lower, ref, value } from 'sluice'
import { upsertDatabase } from './upsert-database.js'

const { of, sql } = upsertDatabase('upsert-target')

const update = { updateConflicts: true, updateFields: ['seen'] } as const
const seen = () => sql('select email, seen from accounts order by id')

describe('an upsert finds rows by', () => {
  it.each<[string, object]>([
    ['a partial index of expressions, by its name', { uniqueIndex: 'accounts_email_idx' }],
    [
      'the same, by fields, expressions and its condition',
      { uniqueFields: ['tenantId', lower('email')], uniqueWhere: { deletedAt: null } },
    ],
    [
      'a condition by Kysely',
      {
        uniqueFields: [lower('email'), 'tenantId'],
        uniqueWhere: (eb: (...of: unknown[]) => unknown) => eb('deleted_at', 'is', null),
      },
    ],
  ])('%s', async (_, target) => {
    const accounts = of('accounts')
    await accounts.bulkCreate([{ email: 'Ada@x' }, { email: 'gone@x', deletedAt: new Date(0) }])
    const rows = [
      { tenantId: 1, email: 'ADA@x', seen: 5 },
      { tenantId: 2, email: 'ada@x', seen: 6 },
      { tenantId: 1, email: 'gone@x', seen: 7 },
    ]
    await accounts.bulkCreate(rows, { ...update, ...target } as never)
    expect(await seen()).toEqual([
      { email: 'Ada@x', seen: 5 },
      { email: 'gone@x', seen: 0 },
      { email: 'ada@x', seen: 6 },
      { email: 'gone@x', seen: 7 },
    ])
  })

  it.each<[string, object]>([
    ['constants, that quotes and backslashes are in', { state: "it's \\ done", price: { gt: '10.5' } }],
    ['a condition from which that of the index follows', { state: "it's \\ done", price: { gte: '20' } }],
    ['one of a list', { state: { in: ["it's \\ done"] }, price: { gt: 10.5 } }],
  ])('a partial index with %s', async (_, uniqueWhere) => {
    const accounts = of('accounts')
    const row = { email: 'a', seen: 1, state: "it's \\ done", price: 30 }
    await accounts.create(row)
    const changed = { ...row, email: 'b' }
    const options = { ...update, updateFields: ['email'], uniqueFields: ['seen'], uniqueWhere } as never
    await accounts.bulkCreate([changed], options)
    expect(await seen()).toEqual([{ email: 'b', seen: 1 }])
  })

  it.each<[string, object]>([
    ['written out', { uniqueFields: [coalesce('name', value('none')), ref('price').times(2)] }],
    ['by their name', { uniqueIndex: 'priced_idx' }],
  ])('expressions with constants of their own, %s', async (_, target) => {
    const priced = of('priced')
    await priced.bulkCreate([{ price: '2.0' }, { name: 'a', price: 2 }])
    const rows = [
      { name: 'none', price: 2, seen: 3 },
      { name: 'b', price: 2 },
    ]
    await priced.bulkCreate(rows, { ...update, ...target } as never)
    expect(await priced.orderBy('name').valuesList('name', 'seen').toArray()).toEqual([
      ['a', 0],
      ['b', 0],
      [null, 3],
    ])
  })

  it('the index of a key, by its name', async () => {
    const labels = of('labels')
    await labels.bulkCreate([{ code: 'a', place: 1, text: 'x' }])
    const byPlace = { updateConflicts: true, updateFields: ['text'], uniqueIndex: 'labels_place_key' }
    await labels.bulkCreate([{ code: 'b', place: 1, text: 'y' }], byPlace as never)
    const byCode = { updateConflicts: true, updateFields: ['place'], uniqueIndex: 'labels_pkey' }
    await labels.bulkCreate([{ code: 'A', place: 9, text: 'z' }], byCode as never)
    expect(await labels.toArray()).toEqual([{ code: 'a', place: 9, text: 'y', at: 0 }])
  })

  it('one index alone, where conflicts are ignored: what else is in the way is an error', async () => {
    const labels = of('labels')
    await labels.create({ code: 'a', place: 1, text: 'x' })
    const options = { ignoreConflicts: true, uniqueFields: ['code'] } as never
    expect(await labels.bulkCreate([{ code: 'A', place: 1, text: 'y' }], options)).toBe(0)
    await expect(labels.bulkCreate([{ code: 'b', place: 1, text: 'y' }], options)).rejects.toThrow('place')
  })

  it('keys that many rows may have beside the condition, which may come twice in one call', async () => {
    const accounts = of('accounts')
    const gone = { email: 'a', name: 'n', deletedAt: new Date(0) }
    const options = { ...update, uniqueFields: ['name'], uniqueWhere: { deletedAt: null } } as never
    await accounts.bulkCreate(
      [
        { ...gone, seen: 1 },
        { ...gone, seen: 2 },
      ],
      options,
    )
    expect(await accounts.count()).toBe(2)
  })
})

describe('what tells no rows apart is refused,', () => {
  const refuse = (name: string, options: object) =>
    expect(of(name).bulkCreate([{}], options as never)).rejects

  it.each<[string, object, string]>([
    [
      'fields of no key',
      { ...update, uniqueFields: ['email'] },
      'Choices: [id]. By uniqueIndex: "accounts_done_idx" of (seen) where',
    ],
    [
      'those of a partial index without its condition',
      { ...update, uniqueFields: ['name'] },
      '"accounts_name_idx" of (name) where (deleted_at IS NULL)',
    ],
    [
      'a field that is not there',
      { ...update, uniqueFields: ['nmae'] },
      'no field "nmae". Did you mean "name"?',
    ],
    [
      'an index that is not there',
      { ...update, uniqueIndex: 'accounts_mail_idx' },
      'Did you mean "accounts_email_idx"?',
    ],
    ['two of them', { ...update, uniqueIndex: 'accounts_pkey', uniqueFields: ['id'] }, 'not both'],
    ['a condition alone', { ...update, uniqueWhere: { deletedAt: null } }, 'needs uniqueFields'],
    [
      'nothing at all',
      update,
      'needs uniqueFields, the fields of the unique key by which rows are found, or uniqueIndex',
    ],
    ['an empty list', { ...update, uniqueFields: [] }, 'at least one field'],
    [
      'a condition that is wrong',
      { ...update, uniqueFields: ['name'], uniqueWhere: { gone: null } },
      'no field "gone"',
    ],
    ['a target for nothing', { uniqueFields: ['id'] }, 'need ignoreConflicts or updateConflicts'],
    [
      'the new row, which is not there yet',
      { ...update, uniqueFields: ['name'], uniqueWhere: { name: excluded('name') } },
      'excluded',
    ],
  ])('%s', async (_, options, message) => {
    await refuse('accounts', options).toThrow(message)
  })

  it('a constraint that waits for the end of the transaction', async () => {
    await refuse('deferred', {
      updateConflicts: true,
      updateFields: ['id'],
      uniqueIndex: 'deferred_code',
    }).toThrow('Choices: deferred_pkey.')
  })

  it('a condition that does not prove that of the index, by the server', async () => {
    const options = { ...update, uniqueFields: ['name'], uniqueWhere: { seen: 1 } }
    await refuse('accounts', options).toThrow(
      /no unique or exclusion constraint[^]*name the index by uniqueIndex/,
    )
  })
})

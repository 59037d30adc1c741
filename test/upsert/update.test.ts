import { describe, expect, it } from 'vitest'
import { sql, type ExpressionBuilder } from 'kysely'
import { count, excluded, greatest, ref, rowNumber } from 'sluice'
import { upsertDatabase } from './upsert-database.js'

const { of } = upsertDatabase('upsert-update')

interface Both {
  readonly labels: { readonly at: number }
  readonly excluded: { readonly at: number }
}

const byCode = { updateConflicts: true, uniqueFields: ['code'] } as const

describe('a row that is there gets', () => {
  it.each<[string, object, object]>([
    ['values of the new one', { updateFields: ['text'] }, { text: 'new', at: 1 }],
    ['values of both', { updateValues: { at: ref('at').plus(excluded('at')) } }, { text: 'old', at: 6 }],
    [
      'some of these and some of those',
      { updateFields: ['text'], updateValues: { at: greatest('at', excluded('at')) } },
      { text: 'new', at: 5 },
    ],
    ['values that are sent', { updateValues: { text: "it's", at: 7 } }, { text: "it's", at: 7 }],
    [
      "what Kysely's builder makes of both",
      {
        updateValues: {
          at: (eb: ExpressionBuilder<Both, 'labels' | 'excluded'>) =>
            eb('labels.at', '-', eb.ref('excluded.at')),
        },
      },
      { text: 'old', at: -4 },
    ],
    [
      'SQL of them',
      { updateValues: { text: () => sql`labels.text || excluded.text` } },
      { text: 'oldnew', at: 1 },
    ],
  ])('%s', async (_, options, wanted) => {
    const labels = of('labels')
    await labels.create({ code: 'a', place: 1, text: 'old', at: 1 })
    const [row] = (await labels.bulkCreate([{ code: 'A', text: 'new', at: 5 }], {
      ...byCode,
      ...options,
    } as never)) as unknown[]
    expect(row).toEqual({ code: 'a', place: 1, ...wanted })
  })

  it.each<[string, object]>([
    ['a comparison of both', { at: { lt: excluded('at') } }],
    ['a filter of what is there', { text: 'old' }],
    ["Kysely's builder", (eb: (...of: unknown[]) => unknown) => eb('text', '=', 'old')],
    ['a condition on what comes', { and: [{ text: { ne: excluded('text') } }] }],
  ])('nothing where updateWhere does not hold: %s', async (_, updateWhere) => {
    const labels = of('labels')
    await labels.bulkCreate([
      { code: 'a', text: 'old', at: 1 },
      { code: 'b', text: 'new', at: 9 },
    ])
    const options = { ...byCode, updateFields: ['text', 'at'], updateWhere } as never
    const rows = ['a', 'b', 'c'].map((code) => ({ code, text: 'new', at: 5 }))
    expect(await labels.bulkCreate(rows, options)).toBe(2)
    expect(await labels.orderBy('code').valuesList('at', { flat: true }).toArray()).toEqual([5, 9, 5])
  })

  it('nothing where no condition can hold', async () => {
    const labels = of('labels')
    await labels.create({ code: 'a', text: 'old' })
    const options = { ...byCode, updateFields: ['text'], updateWhere: { at: { in: [] } } } as never
    expect(await labels.bulkCreate([{ code: 'a', text: 'new' }], options)).toBe(0)
    expect(await labels.first()).toMatchObject({ text: 'old' })
  })
})

describe('what an upsert cannot do is refused when it is called:', () => {
  it.each<[string, object, string]>([
    ['nothing to set', {}, 'updateFields or updateValues'],
    ['a field twice', { updateFields: ['text'], updateValues: { text: 'x' } }, 'give it once'],
    ['an unknown field', { updateValues: { txet: 'x' } }, 'Did you mean "text"?'],
    ['an unknown field of the new row', { updateValues: { text: excluded('txet') } }, 'Did you mean "text"?'],
    ['a value of another type', { updateValues: { at: excluded('text') } }, 'cast it'],
    ['a value that the column cannot hold', { updateValues: { at: 1.5 } }, 'at'],
    ['a window', { updateValues: { at: rowNumber() } }, 'window'],
    ['an aggregate', { updateValues: { at: count() } }, 'computed from several rows'],
    [
      'a condition of an unknown field',
      { updateFields: ['text'], updateWhere: { txet: 1 } },
      'Did you mean "text"?',
    ],
    [
      'conditions without updates',
      { updateConflicts: false, uniqueFields: undefined, updateWhere: { at: 1 } },
      'updateConflicts: true',
    ],
    [
      'values without updates',
      { updateConflicts: false, uniqueFields: undefined, updateValues: { at: 1 } },
      'updateConflicts: true',
    ],
    ['no list of fields', { updateFields: 'text' }, 'a list of fields'],
  ])('%s', async (_, options, message) => {
    await expect(of('labels').bulkCreate([], { ...byCode, ...options } as never)).rejects.toThrow(message)
  })

  it('the new row in other methods', async () => {
    const labels = of('labels')
    expect(() => labels.filter({ text: excluded('text') } as never)).toThrow('has a place in updateValues')
    expect(() => labels.annotate({ other: excluded('text') } as never)).toThrow('has a place in updateValues')
    await expect(labels.all().update({ text: excluded('text') })).rejects.toThrow(
      'has a place in updateValues',
    )
  })

  it('the same key twice, as the server has it where only that can tell', async () => {
    const emails = ['a', 'A'].map((email) => ({ tenantId: 1, email }))
    const byEmail = {
      updateConflicts: true,
      updateFields: ['name'],
      uniqueIndex: 'accounts_email_idx',
    } as never
    await expect(of('accounts').bulkCreate(emails, byEmail)).rejects.toThrow(/a second time[^]*duplicate/)
    const labels = of('labels')
    const rows = ['a', 'A'].map((code) => ({ code, text: code }))
    await expect(labels.bulkCreate(rows, { ...byCode, updateFields: ['text'] } as never)).rejects.toThrow(
      'same key as a row before it',
    )
  })
})

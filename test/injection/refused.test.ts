import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql, type ExpressionBuilder } from 'kysely'
import { EncodeError, jsonNull, OptionError, SluiceError, stringAgg } from 'sluice'
import { unstorableStrings } from './corpus.js'
import { documentOf, itemsTable, pairOf, spanOf } from './items.js'
import { pretenders } from './pretenders.js'
import { call, openTarget, run, type AnyRepository, type Target } from './target.js'

type Builder = ExpressionBuilder<{ items: { label: string; doc: Record<string, string> } }, 'items'>

let target: Target
let before: unknown
beforeAll(async () => {
  target = await openTarget(itemsTable)
  before = await target.census()
  await target.repository('items').create({ id: 1, label: 'a' })
})
afterAll(() => target[Symbol.asyncDispose]())

/** Values of each column that hold a string. */
const values: readonly (readonly [column: string, value: (text: string) => unknown])[] = [
  ...['label', 'code', 'comment', 'tag', 'mood', 'word'].map(
    (column) => [column, (text: string) => text] as const,
  ),
  ['moods', (text) => [text]],
  ['texts', (text) => ['a', text]],
  ['doc', (text) => documentOf(text)],
  ['doc', (text) => ({ a: [{ b: text }] })],
  ['docs', (text) => [null, { [text]: 1 }]],
  ['pair', pairOf],
  ['pairs', (text) => [pairOf(text)]],
  ['span', spanOf],
  ['spans', (text) => [spanOf(text)]],
]

const textLookups = [
  'contains',
  'iContains',
  'startsWith',
  'endsWith',
  'iEndsWith',
  'iExact',
  'regex',
  'iRegex',
  'gt',
]

describe('a string that no text can hold is refused by an error that names the column, and never sent', () => {
  const uses = (column: string, value: unknown): (() => unknown)[] => {
    const items = target.repository('items')
    const lookup = (name: string, operand: unknown) => () =>
      call(items, 'filter', { [column]: { [name]: operand } })
    return [
      ...[lookup('exact', value), lookup('ne', value), lookup('in', [value])],
      ...(column === 'label' ? textLookups.map((name) => lookup(name, value)) : []),
      ...(['doc', 'word', 'texts', 'span'].includes(column) ? [lookup('contains', value)] : []),
      () => run(items, 'create', { id: 2, label: 'b', [column]: value }),
      () => run(items, 'bulkCreate', [{ id: 2, label: 'b', [column]: value }]),
      () => run(items, 'bulkUpdate', [{ id: 1, [column]: value }], [column]),
      () => run(call(items, 'all'), 'update', { [column]: value }),
      () => run(items, 'getOrCreate', { [column]: value }, {}),
      () => run(items, 'updateOrCreate', { id: 1 }, { [column]: value }),
    ]
  }

  it.each(values)('%s', async (column, value) => {
    const sent = await target.statements(async () => {
      for (const text of unstorableStrings) {
        for (const use of uses(column, value(text))) {
          const error = await failureOf(use)
          expect(error).toBeInstanceOf(EncodeError)
          expect(error).toHaveProperty('message', expect.stringContaining(`public.items.${column}`))
        }
      }
    })
    expect(sent ?? []).toEqual([])
  })

  it('in keys of jsonb, callbacks, separators and free-hand SQL', async () => {
    const items = target.repository('items')
    const { db } = target
    const sent = await target.statements(async () => {
      for (const text of unstorableStrings) {
        for (const use of [
          () => items.filter({ doc: { hasKey: text } }),
          () => items.filter({ doc: { hasKeys: [text] } }),
          () => items.filter({ doc: { hasAnyKeys: ['a', text] } }),
          () => call(items, 'filter', (eb: Builder) => eb('label', '=', text)),
          () => call(items, 'filter', (eb: Builder) => eb('label', 'in', ['a', text])),
          () => call(items, 'filter', (eb: Builder) => eb('doc', '@>', sql<never>`${{ a: text }}`)),
          () => call(items, 'filter', (eb: Builder) => eb(eb.ref('doc', '->>').key(text), '=', 'a')),
          () => run(items, 'aggregate', { x: stringAgg('label', text) }),
          () => db.selectFrom('items').select('id').where('label', '=', text).execute(),
          () => sql`select ${text}`.execute(db),
          () => sql`select ${['a', text]}`.execute(db),
          () => db.selectFrom('items').select('id').where('label', '=', text).stream(1).next(),
        ]) {
          expect(await failureOf(use), String(use)).toBeInstanceOf(EncodeError)
        }
      }
    })
    // A stream describes its statement before it takes its parameters.
    expect((sent ?? []).filter((statement) => !statement.startsWith('begin'))).toEqual([])
  })

  it('but json keeps such strings by their escapes', async () => {
    for (const text of unstorableStrings) {
      const raw = documentOf(text)
      await target.repository('items').filter({ id: 1 }).update({ raw })
      expect((await target.repository('items').get({ id: 1 })).raw).toEqual(raw)
    }
  })
})

describe('what only pretends to be a string is refused or written as what it is', () => {
  it.each([
    'label',
    'code',
    'comment',
    'tag',
    'mood',
    'texts',
    'moods',
    'pair',
    'pairs',
    'span',
    'spans',
    'bytes',
  ])('%s', async (column) => {
    const items = target.repository('items')
    // An array of text is one, and bytes are bytes.
    const isMeant = (value: unknown): boolean =>
      value === null ||
      (Array.isArray(value) && ['texts', 'moods'].includes(column)) ||
      (Buffer.isBuffer(value) && column === 'bytes')
    const sent = await target.statements(async () => {
      for (const value of pretenders("' or true --").filter((each) => !isMeant(each))) {
        for (const use of [
          () => call(items, 'filter', { [column]: value }),
          () => call(items, 'filter', { [column]: { exact: value } }),
          () => call(items, 'filter', { [column]: { in: [value] } }),
          ...(Array.isArray(value) ? [] : [() => call(items, 'filter', { [column]: { in: value } })]),
          () => run(items, 'create', { id: 3, label: 'c', [column]: value }),
          () => run(items, 'bulkUpdate', [{ id: 1, [column]: value }], [column]),
        ]) {
          expect(isClear(await failureOf(use)), `${String(use)} of ${column}`).toBe(true)
        }
      }
    })
    expect(sent ?? []).toEqual([])
  })

  it('and jsonb holds what JSON makes of it', async () => {
    const items: AnyRepository = target.repository('items')
    for (const value of pretenders("' or true --")) {
      const failure = await failureOf(() => items.filter({ id: 1 }).update({ doc: value }))
      if (failure !== undefined) expect(isClear(failure)).toBe(true)
      else {
        const written: unknown = value === null ? null : (JSON.parse(JSON.stringify(value)) ?? jsonNull)
        expect((await items.get({ id: 1 })).doc).toEqual(written)
      }
    }
  })
})

it('leaves everything as it was', async () => {
  expect(await target.census()).toEqual(before)
  expect(await target.repository('items').count()).toBe(1)
})

async function failureOf(use: () => unknown): Promise<unknown> {
  try {
    await use()
    return undefined
  } catch (error) {
    return error
  }
}

function isClear(error: unknown): boolean {
  return error instanceof SluiceError || error instanceof OptionError
}

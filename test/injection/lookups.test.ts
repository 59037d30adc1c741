import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostileStrings } from './corpus.js'
import { documentOf, items, itemsTable, pairOf, spanOf } from './items.js'
import { openTarget, type Target } from './target.js'

/** What a lookup of a string is given, and which rows it is to find: those of the strings that it holds for. */
type Case = readonly [
  column: string,
  lookup: string,
  operand: (text: string) => unknown,
  holds: (row: string, text: string) => boolean,
]

const same = (text: string): string => text
const order = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right))
const isEqual = (row: string, text: string): boolean => row === text
const isOther = (row: string, text: string): boolean => row !== text
/** As the collation "C" does, letters of ASCII only. */
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
const within = (text: string, row: string): boolean => order(row, text) <= 0 && order(text, `${row}~`) <= 0
const never = (): boolean => false

const texts = (column: string): Case[] => [
  [column, 'exact', same, isEqual],
  [column, 'ne', same, isOther],
  [column, 'in', (text) => [text, `${text}'`, null], (row, text) => row === text || row === `${text}'`],
  [column, 'notIn', (text) => [text, null], isOther],
  [column, 'gt', same, (row, text) => order(row, text) > 0],
  [column, 'gte', same, (row, text) => order(row, text) >= 0],
  [column, 'lt', same, (row, text) => order(row, text) < 0],
  [column, 'lte', same, (row, text) => order(row, text) <= 0],
  [column, 'range', (text) => [text, `${text}~`], (row, text) => within(row, text)],
  [column, 'contains', same, (row, text) => row.includes(text)],
  [column, 'iContains', same, (row, text) => lower(row).includes(lower(text))],
  [column, 'startsWith', same, (row, text) => row.startsWith(text)],
  [column, 'iStartsWith', same, (row, text) => lower(row).startsWith(lower(text))],
  [column, 'endsWith', same, (row, text) => row.endsWith(text)],
  [column, 'iEndsWith', same, (row, text) => lower(row).endsWith(lower(text))],
  [column, 'iExact', same, (row, text) => lower(row) === lower(text)],
  // PostgreSQL takes what follows `***=` literally.
  [column, 'regex', (text) => `***=${text}`, (row, text) => row.includes(text)],
  [column, 'iRegex', (text) => `***=${text}`, (row, text) => lower(row).includes(lower(text))],
]

const cases: readonly Case[] = [
  ...texts('label'),
  ...texts('comment').filter(([, lookup]) => ['exact', 'in', 'contains', 'regex'].includes(lookup)),
  ...texts('code').filter(([, lookup]) => ['exact', 'in', 'contains', 'regex'].includes(lookup)),
  ['bytes', 'exact', (text) => Buffer.from(text), isEqual],
  ['bytes', 'in', (text) => [Buffer.from(text)], isEqual],
  ['bytes', 'gt', (text) => Buffer.from(text), (row, text) => order(row, text) > 0],
  ['texts', 'exact', (text) => [text, `${text}!`, null], isEqual],
  ['texts', 'contains', (text) => [text, `${text}!`], isEqual],
  ['texts', 'containedBy', (text) => [`${text}!`, text], never],
  ['texts', 'overlaps', (text) => [text], (row, text) => row === text || `${row}!` === text],
  ['doc', 'exact', documentOf, isEqual],
  ['doc', 'ne', documentOf, isOther],
  ['doc', 'in', (text) => [documentOf(text)], isEqual],
  ['doc', 'contains', (text) => ({ '"list': [text] }), isEqual],
  ['doc', 'containedBy', documentOf, isEqual],
  ['doc', 'hasKey', same, isEqual],
  ['doc', 'hasKeys', (text) => [text, '"list'], isEqual],
  ['doc', 'hasAnyKeys', (text) => [text], isEqual],
  ['word', 'exact', same, isEqual],
  ['word', 'in', (text) => [text], isEqual],
  ['word', 'contains', same, isEqual],
  ['word', 'hasKey', same, isEqual],
  ['docs', 'contains', (text) => [text], isEqual],
  ['docs', 'overlaps', (text) => [documentOf(text)], isEqual],
  ['pair', 'exact', pairOf, isEqual],
  ['pair', 'ne', pairOf, isOther],
  ['pair', 'in', (text) => [pairOf(text)], isEqual],
  ['pair', 'notIn', (text) => [pairOf(text)], isOther],
  ['pairs', 'exact', (text) => [pairOf(text), null], isEqual],
  ['pairs', 'contains', (text) => [pairOf(text)], isEqual],
  ['span', 'exact', spanOf, isEqual],
  ['span', 'in', (text) => [spanOf(text)], isEqual],
  ['span', 'contains', same, holdsValue],
  ['span', 'contains', spanOf, isAround],
  ['span', 'containedBy', spanOf, (row, text) => isAround(text, row)],
  ['span', 'overlaps', spanOf, (row, text) => order(row, `${text}~`) <= 0 && order(text, `${row}~`) <= 0],
  ['span', 'fullyLt', spanOf, (row, text) => order(`${row}~`, text) < 0],
  ['span', 'fullyGt', spanOf, (row, text) => order(row, `${text}~`) > 0],
  ['span', 'notLt', spanOf, (row, text) => order(row, text) >= 0],
  ['span', 'notGt', spanOf, (row, text) => order(`${row}~`, `${text}~`) <= 0],
  ['span', 'adjacentTo', spanOf, never],
  ['spans', 'exact', (text) => [spanOf(text)], isEqual],
  ['spans', 'contains', same, holdsValue],
  ['spans', 'overlaps', (text) => [spanOf(text)], (row, text) => within(text, row) || within(row, text)],
]

function holdsValue(row: string, text: string): boolean {
  return within(text, row)
}

function isAround(row: string, text: string): boolean {
  return order(row, text) <= 0 && order(`${text}~`, `${row}~`) <= 0
}

/** The server takes a quarter of a second for a regular expression of ten thousand characters. */
const LONGEST_REGEX = 1000

let target: Target
let before: unknown
beforeAll(async () => {
  target = await openTarget(itemsTable)
  before = await target.census()
  await target.repository('items').bulkCreate(items)
})
afterAll(() => target[Symbol.asyncDispose]())

const idOf = (text: string): number => hostileStrings.indexOf(text) + 1

describe('a lookup finds what a comparison in JavaScript finds, by one statement for all strings', () => {
  it.each(cases.map((each, number) => [...each, number] as const))(
    '%s %s',
    async (column, lookup, operand, holds, number) => {
      const repository = target.repository('items')
      const queries = hostileStrings.map((text) => ({
        text,
        rows: repository
          .filter({ [column]: { [lookup]: operand(text) } })
          .orderBy('id')
          .valuesList('id', { flat: true }),
      }))
      const [statement, ...others] = new Set(queries.map(({ rows }) => rows.toSQL().sql))
      expect(others).toEqual([])
      // All strings by the lookups of text, and each by several of the others, which differ in how they are written.
      const asked = queries.filter(
        ({ text }, index) =>
          (column === 'label' || (index + number) % 6 === 0) &&
          (!lookup.endsWith('egex') || text.length < LONGEST_REGEX),
      )
      const found: unknown[][] = []
      const sent = await target.statements(async () => {
        found.push(...(await Promise.all(asked.map(({ rows }) => rows.toArray()))))
      })
      const wrong = asked.flatMap(({ text }, index) => {
        const expected = hostileStrings.filter((row) => holds(row, text)).map(idOf)
        return isDeepStrictEqual(found[index], expected) ? [] : [{ text, found: found[index], expected }]
      })
      expect(wrong).toEqual([])
      if (sent !== undefined) expect(sent).toEqual(asked.map(() => statement))
    },
  )
})

it('leaves everything else as it was', async () => {
  expect(await target.census()).toEqual(before)
  expect(await target.repository('items').orderBy('id').toArray()).toStrictEqual(items)
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProductFilter } from '../../generated/index.js'
import { openShop, type Shop } from './shop.js'
import { FieldError, type TextLookups } from 'sluice'
import { serverLog, hasServerLog } from '../support/database.js'

const texts: readonly (string | null)[] = [
  null,
  '',
  'plain',
  'PLAIN',
  '100% wool',
  '100 wool',
  'a_b',
  'axb',
  String.raw`back\slash`,
  '\\',
  '%',
  '_',
  String.raw`\%`,
  "it's",
  `"; drop table users; --`,
  `'; drop table users; --`,
  'new\nline',
  '$1',
  '{a,b}',
  'NULL',
  'null',
  ' padded ',
  'a,"b',
  '😀 é',
]
const weights: readonly (number | null)[] = [null, 0.5, 1, 1.5, 1e10]
const weightOf = (index: number): number | null => weights[index % weights.length] ?? null

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  await shop.run("INSERT INTO companies (name) VALUES ('Acme')")
  await shop.db
    .insertInto('products')
    .values(
      texts.map((description, index) => ({
        supplier_id: 1,
        sku: `sku-${index}`,
        name: `name-${index}`,
        description,
        price: index,
        weight: weightOf(index),
      })),
    )
    .execute()
})
afterAll(() => shop[Symbol.asyncDispose]())

const idsWhere = (holds: (text: string | null, index: number) => boolean): number[] =>
  texts.flatMap((text, index) => (holds(text, index) ? [index + 1] : []))

describe('lookups of text', () => {
  const meanings: Record<string, (value: string, operand: string) => boolean> = {
    exact: (value, operand) => value === operand,
    iExact: (value, operand) => value.toLowerCase() === operand.toLowerCase(),
    contains: (value, operand) => value.includes(operand),
    iContains: (value, operand) => value.toLowerCase().includes(operand.toLowerCase()),
    startsWith: (value, operand) => value.startsWith(operand),
    iStartsWith: (value, operand) => value.toLowerCase().startsWith(operand.toLowerCase()),
    endsWith: (value, operand) => value.endsWith(operand),
    iEndsWith: (value, operand) => value.toLowerCase().endsWith(operand.toLowerCase()),
  }
  const operands = texts.filter((text) => text !== null)

  it.each(Object.keys(meanings))('%s takes its operand literally, and NULL never matches', async (lookup) => {
    const meaning = meanings[lookup]!
    for (const operand of operands) {
      const description: TextLookups = { [lookup]: operand }
      const found = await shop.repos.products
        .filter({ description })
        .orderBy('id')
        .valuesList('id', { flat: true })
        .toArray()
      expect(found, JSON.stringify(operand)).toEqual(
        idsWhere((text) => text !== null && meaning(text, operand)),
      )
    }
  })

  it('regex and iRegex are regular expressions of PostgreSQL', async () => {
    const ids = (description: TextLookups): Promise<number[]> =>
      shop.repos.products.filter({ description }).orderBy('id').valuesList('id', { flat: true }).toArray()
    expect(await ids({ regex: '^pla?in$' })).toEqual(idsWhere((text) => text === 'plain'))
    expect(await ids({ iRegex: '^pla?in$' })).toEqual(idsWhere((text) => text?.toLowerCase() === 'plain'))
    expect(await ids({ regex: String.raw`\\` })).toEqual(idsWhere((text) => text?.includes('\\') ?? false))
  })

  it('several lookups of one column are joined by AND', async () => {
    const rows = await shop.repos.products
      .filter({ description: { startsWith: '100', endsWith: 'wool', ne: '100 wool' } })
      .toArray()
    expect(rows.map((row) => row.description)).toEqual(['100% wool'])
  })

  it('in takes every text, NULL included, in one parameter', async () => {
    const all = shop.repos.products.filter({ description: { in: texts } })
    expect(await all.count()).toBe(texts.length)
    expect(all.toSQL().parameters).toHaveLength(1)
    expect(await shop.repos.products.filter({ description: { in: operands } }).count()).toBe(operands.length)
  })
})

describe('lookups and NULL', () => {
  const ids = (weight: object | number | null): Promise<number[]> =>
    shop.repos.products.filter({ weight }).orderBy('id').valuesList('id', { flat: true }).toArray()
  const where = (holds: (weight: number | null) => boolean): number[] =>
    idsWhere((_, index) => holds(weightOf(index)))

  it('null and isNull ask for NULL', async () => {
    const nulls = where((weight) => weight === null)
    expect(await ids(null)).toEqual(nulls)
    expect(await ids({ exact: null })).toEqual(nulls)
    expect(await ids({ isNull: true })).toEqual(nulls)
    expect(await ids({ isNull: false })).toEqual(where((weight) => weight !== null))
  })

  it('ne is IS DISTINCT FROM', async () => {
    expect(await ids({ ne: 1 })).toEqual(where((weight) => weight !== 1))
    expect(await ids({ ne: null })).toEqual(where((weight) => weight !== null))
  })

  it('in matches NULL only when null is among its values, and nothing when it is empty', async () => {
    expect(await ids({ in: [0.5, 1] })).toEqual(where((weight) => weight === 0.5 || weight === 1))
    expect(await ids({ in: [0.5, null] })).toEqual(where((weight) => weight === 0.5 || weight === null))
    expect(await ids({ in: [null] })).toEqual(where((weight) => weight === null))
    expect(await ids({ in: [] })).toEqual([])
    expect(await shop.repos.products.exclude({ weight: { in: [] } }).count()).toBe(texts.length)
    expect(await ids({ notIn: [0.5, 1] })).toEqual(where((weight) => weight !== 0.5 && weight !== 1))
    expect(await ids({ notIn: [0.5, null] })).toEqual(where((weight) => weight !== 0.5 && weight !== null))
    expect(await ids({ notIn: [null] })).toEqual(where((weight) => weight !== null))
    expect(await ids({ notIn: [] })).toEqual(where(() => true))
  })

  it('comparisons leave NULL out, and range has both its ends', async () => {
    const known = (holds: (weight: number) => boolean): number[] =>
      where((weight) => weight !== null && holds(weight))
    expect(await ids({ gt: 1 })).toEqual(known((weight) => weight > 1))
    expect(await ids({ gte: 1 })).toEqual(known((weight) => weight >= 1))
    expect(await ids({ lt: 1 })).toEqual(known((weight) => weight < 1))
    expect(await ids({ lte: 1 })).toEqual(known((weight) => weight <= 1))
    expect(await ids({ range: [0.5, 1] })).toEqual(known((weight) => weight >= 0.5 && weight <= 1))
    expect(await ids({ range: [1, 0.5] })).toEqual([])
  })
})

describe('and, or, not', () => {
  const count = (...filters: ProductFilter[]): Promise<number> =>
    shop.repos.products.filter(...filters).count()

  it('combine and nest', async () => {
    expect(await count({ or: [{ id: 1 }, { id: 2 }, { id: 2 }] })).toBe(2)
    expect(await count({ and: [{ id: { gt: 1 } }, { id: { lt: 4 } }] })).toBe(2)
    expect(await count({ id: { lt: 4 }, or: [{ id: 1 }, { not: { id: { lt: 3 } } }] })).toBe(2)
    expect(await count({ id: 1 }, { or: [{ id: 1 }, { id: 2 }] })).toBe(1)
    expect(await count({ not: { not: { id: 1 } } })).toBe(1)
  })

  it('an empty and is true, an empty or is false', async () => {
    expect(await count({ and: [] })).toBe(texts.length)
    expect(await count({ or: [] })).toBe(0)
    expect(await count({ not: { or: [] } })).toBe(texts.length)
    expect(await count({})).toBe(texts.length)
    expect(await count()).toBe(texts.length)
  })

  it('not is true where the condition is unknown', async () => {
    expect(await count({ not: { weight: 1 } })).toBe(idsWhere((_, index) => weightOf(index) !== 1).length)
  })
})

describe.skipIf(!hasServerLog)('hostile operands', () => {
  it('never become part of the statement', async () => {
    const log = serverLog(shop.database)
    const hostile = `x'"\\; DROP TABLE users; -- $1 %_{}`
    const mark = await log.mark()
    const { products } = shop.repos
    const description: TextLookups = {
      exact: hostile,
      ne: hostile,
      in: [hostile],
      gt: hostile,
      range: [hostile, hostile],
      contains: hostile,
      iEndsWith: hostile,
      iExact: hostile,
    }
    expect(await products.filter({ description }).toArray()).toEqual([])
    expect(await products.exclude({ or: [{ description }, { name: hostile }] }).count()).toBe(texts.length)
    const statements = await log.statementsSince(mark)
    expect(statements).toHaveLength(2)
    for (const { sql } of statements) expect(sql).not.toContain('DROP')
  })

  it('a text with a NUL character is refused when the queryset is built, naming the column', () => {
    expect(() => shop.repos.products.filter({ name: 'a\0b' })).toThrow(/public\.products\.name: .*character/)
  })

  it('an operand is copied when the queryset is built', async () => {
    await shop.run(`
      INSERT INTO users (email, name) VALUES ('a@example.com', 'A');
      INSERT INTO user_profiles (user_id, avatar) VALUES (1, '\\x0102')`)
    const bytes = Buffer.from([1, 2])
    const list = [bytes]
    const exact = shop.repos.userProfiles.filter({ avatar: bytes })
    const among = shop.repos.userProfiles.filter({ avatar: { in: list } })
    bytes[0] = 9
    list.length = 0
    expect(await among.count()).toBe(1)
    expect(await exact.count()).toBe(1)
  })
})

describe('what a filter refuses', () => {
  const refused = (filter: unknown): (() => unknown) => {
    return () => shop.repos.products.filter(filter as never)
  }

  it.each([
    ['an undefined operand', { name: undefined }, /public\.products\.name is undefined/],
    ['an undefined lookup', { name: { gt: undefined } }, /public\.products\.name\.gt is undefined/],
    ['undefined in a list', { id: { in: [1, undefined] } }, /public\.products\.id\.in\[1\] is undefined/],
    // eslint-disable-next-line no-sparse-arrays
    ['a hole in a list', { id: { in: [1, , 2] } }, /public\.products\.id\.in\[1\] is undefined/],
    ['undefined in a range', { id: { range: [1, undefined] } }, /public\.products\.id/],
    ['an undefined junction', { or: undefined }, /or is undefined/],
    ['an undefined member of a junction', { or: [undefined] }, /must be an object/],
    ['an undefined negation', { not: undefined }, /not is undefined/],
    ['undefined itself', undefined, /must be an object/],
    ['null itself', null, /must be an object/],
    ['a list', [{ id: 1 }], /must be an object.*not an array/],
    [
      'an unknown field',
      { nmae: 'x' },
      /public\.products has no field "nmae"\. Did you mean "name"\? Choices: id, supplierId, sku/,
    ],
    ['a name from Object.prototype', { constructor: 1 }, /has no field "constructor"/],
    ['__proto__', JSON.parse('{"__proto__": 1}') as unknown, /has no field "__proto__"/],
    ['the name in SQL', { supplier_id: 1 }, /has no field "supplier_id"/],
    [
      'an unknown lookup',
      { name: { like: 'x' } },
      /public\.products\.name has no lookup "like"\. Choices: .*contains/,
    ],
    ['a lookup from Object.prototype', { name: { toString: 'x' } }, /has no lookup "toString"/],
    ['a text lookup of a number', { id: { contains: 1 } }, /public\.products\.id has no lookup "contains"/],
    ['no lookup at all', { name: {} }, /public\.products\.name has no lookup\. Choices/],
    ['null in a comparison', { id: { gt: null } }, /"gt" of public\.products\.id takes no null/],
    ['a range of three', { id: { range: [1, 2, 3] } }, /public\.products\.id\.range takes \[from, to\]/],
    ['a bare value for in', { id: { in: 1 } }, /public\.products\.id\.in takes an array/],
    ['undefined in notIn', { id: { notIn: [undefined] } }, /public\.products\.id\.notIn\[0\] is undefined/],
    ['isNull without a boolean', { id: { isNull: 1 } }, /public\.products\.id\.isNull is true or false/],
    [
      'a number in a text lookup',
      { name: { contains: 1 } },
      /public\.products\.name\.contains takes a string/,
    ],
    ['an or that is no list', { or: { id: 1 } }, /"or" takes a list of filters, not an object/],
  ])('%s', (_, filter, message) => {
    expect(refused(filter)).toThrow(FieldError)
    expect(refused(filter)).toThrow(message)
  })

  it.each([
    ['a fraction for an integer', { id: 1.5 }, 'public.products.id'],
    ['a number out of range', { stock: { gt: 2 ** 31 } }, 'public.products.stock'],
    ['an unknown label', { status: 'sold' }, 'public.products.status'],
    ['text for a number', { price: { in: ['1', 'x'] } }, 'public.products.price'],
    ['an invalid Date', { createdAt: { gte: new Date(NaN) } }, 'public.products.createdAt'],
  ])('%s, naming the column', (_, filter, column) => {
    expect(refused(filter)).toThrow(expect.objectContaining({ code: 'ENCODE_ERROR' }) as Error)
    expect(refused(filter)).toThrow(column)
  })
})

import { describe, expect, it } from 'vitest'
import { count } from 'sluice'
import { unplanned } from '../../src/plan/plan.js'
import { countPlan, rowsPlan } from '../../src/plan/reads.js'
import { annotate } from '../../src/query/aggregate/annotate.js'
import { filter } from '../../src/query/filter/filter.js'
import { orderBy } from '../../src/query/order/order-by.js'
import { prefetchPaths } from '../../src/query/related/prefetch-related.js'
import { selectRelated } from '../../src/query/related/select-related.js'
import { slice } from '../../src/query/slice.js'
import { inSchemas, type QueryState } from '../../src/query/state.js'
import { knownNumber } from '../../src/shape/known.js'
import { Operand } from '../../src/shape/operand.js'
import { shapeOf, withPlaceholders } from '../../src/shape/shape.js'
import { schema } from '../../generated/index.js'
import { everyRow } from './random-states.js'

const usersSchema = schema.table('public.users')

/** A state with something in every part. */
const full = slice(
  selectRelated(
    prefetchPaths(
      annotate(
        orderBy(
          filter(inSchemas(everyRow(usersSchema), 'tenant'), [
            { or: [{ id: { in: [1, 2] } }, { name: { contains: 'a' } }], tags: { in: [['a'], ['b']] } },
            { not: { postsByAuthor: { some: { title: 'x' } } }, birthDate: { isNull: true } },
            (eb: (...of: unknown[]) => unknown) => eb('name', '=', 'x'),
          ]),
          ['-name', 'id'],
        ),
        { n: count('postsByAuthor', { filter: { title: 'y' } }) },
      ),
      ['postsByAuthor'],
    ),
    ['company'],
  ),
  2,
  5,
)

/** Another in place of each value within, one at a time. */
function* mutations(value: unknown): Generator<unknown> {
  if (value instanceof Operand) return
  switch (typeof value) {
    case 'boolean':
      yield !value
      return
    case 'string':
      yield `${value}x`
      for (const other of ['and', 'or', '=', '>', 'isNull', 'tuple', 'group', 'sum', 'users']) yield other
      return
    case 'number':
      yield value + 1
      return
    case 'undefined':
      yield [usersSchema.columns[0]]
      yield { strength: 'update', of: [], waiting: 'wait' }
      yield new Operand('1')
      return
  }
  if (typeof value !== 'object' || value === null) return
  if (knownNumber(value) !== undefined) {
    const column = usersSchema.columns.findIndex((each) => each === value)
    if (column >= 0) yield usersSchema.columns[(column + 1) % usersSchema.columns.length]
    return
  }
  if (Array.isArray(value)) {
    if (value.length > 0) yield value.slice(1)
    if (value.length > 1) yield (value as unknown[]).toReversed()
    for (const [index, each] of value.entries())
      for (const other of mutations(each)) yield value.with(index, other)
    return
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return
  for (const [name, each] of Object.entries(value))
    for (const other of mutations(each)) yield { ...value, [name]: other }
}

/** What is made of a state, or nothing where it cannot be. */
function madeOf(state: QueryState): string | undefined {
  try {
    const rows = unplanned(rowsPlan, state)
    return JSON.stringify([rows.query.sql, rows.made.reader.formats, unplanned(countPlan, state).query.sql])
  } catch {
    return undefined
  }
}

describe('a shape', () => {
  it('differs where what is made of a state differs, whatever part of it is another', () => {
    const [key, made] = [shapeOf(full).key, madeOf(full)]
    let differing = 0
    for (const mutation of mutations(full)) {
      const state = mutation as QueryState
      const other = madeOf(state)
      if (other === undefined || other === made) continue
      differing++
      expect(shapeOf(state).key).not.toBe(key)
    }
    expect(differing).toBeGreaterThan(100)
  })

  it('is the same for other values, whose SQL is the same', () => {
    const states = ['a', '', 'x" or 1=1'].map((name) =>
      slice(filter(everyRow(usersSchema), [{ name }]), 0, name.length + 1),
    )
    expect(new Set(states.map((state) => shapeOf(state).key)).size).toBe(1)
    expect(new Set(states.map(madeOf)).size).toBe(1)
  })

  it('has no text that another could have', () => {
    const alike: object[][] = [
      [['a', 'b'], ['as1:b'], ['a,b']],
      [{ a: 'b' }, { 'a1:b': undefined }, ['a', 'b']],
      [[undefined], [null], [], [false], ['u'], [0]],
      [[1], ['1'], [1n], [-0], [0]],
      [[[], []], [[[]]], [[]]],
      [[{}], [[]], ['{}']],
    ]
    const keys = alike.flat().map((each) => shapeOf(each).key)
    expect(new Set(keys).size).toBe(new Set(alike.flat().map((each) => JSON.stringify(each, show))).size)
  })

  it('tells one and the same part from two that are equal', () => {
    const part = { a: 1 }
    const operand = new Operand('x')
    expect(shapeOf([part, part]).key).not.toBe(shapeOf([part, { ...part }]).key)
    expect(shapeOf([operand, operand]).key).not.toBe(shapeOf([operand, new Operand('x')]).key)
    const [one, same] = withPlaceholders([operand, operand], shapeOf([operand, operand]))
    expect(one).toBe(same)
  })

  it('is not told of what is neither plain nor known', () => {
    for (const opaque of [new Date(0), new Map(), () => 1, Buffer.of(1), Symbol('x')])
      expect(shapeOf([opaque]).key).toBeUndefined()
  })
})

/** JSON for what JSON has no words for. */
function show(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value === undefined) return 'undefined'
  return Object.is(value, -0) ? '-0' : value
}

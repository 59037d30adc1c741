import { describe, expect, it } from 'vitest'
import { count, max } from 'sluice'
import { aggregate } from '../../src/query/aggregate/aggregate.js'
import { keptPlans, planned, unplanned, type Made, type Maker } from '../../src/plan/plan.js'
import { prefetchPlan } from '../../src/plan/prefetches.js'
import { aggregatesPlan, countPlan, existencePlan, rowsPlan } from '../../src/plan/reads.js'
import { deletePlan, insertPlan, updatePlan } from '../../src/plan/writes.js'
import { parseValues } from '../../src/query/assignment.js'
import { filter } from '../../src/query/filter/filter.js'
import type { QueryState } from '../../src/query/state.js'
import { Operand } from '../../src/shape/operand.js'
import { shapeOf } from '../../src/shape/shape.js'
import { Random } from '../queryset/random.js'
import { schema } from '../../generated/index.js'
import { everyRow, randomState } from './random-states.js'

const usersSchema = schema.table('public.users')

type AnyMade = Made & { readonly reader?: { readonly formats: readonly number[] } }

/** What a subject comes to, or how it is refused. */
function outcome<S extends object>(
  by: (maker: Maker<S, AnyMade>, subject: S) => { query: Made['query']; made: object },
  maker: Maker<S, AnyMade>,
  subject: S,
) {
  try {
    const { query, made } = by(maker, subject)
    const { reader } = made as { reader?: { readonly formats: readonly number[] } }
    return { sql: query.sql, parameters: query.parameters, formats: reader?.formats }
  } catch (error) {
    return { refused: String(error) }
  }
}

/** Everything that is made of a state, by name. */
function subjects(state: QueryState, random: Random): [string, Maker<never, AnyMade>, object][] {
  const row = {
    email: 'a@example.com',
    name: random.pick(['x', 'y']),
    birthDate: random.pick([null, '2000-01-01']),
  }
  const cells = parseValues(usersSchema, row, 'create()').map(({ column, cell }) => ({
    column,
    cell: new Operand(cell),
  }))
  const all: [string, Maker<never, AnyMade>, object][] = [
    ['rows', rowsPlan, state],
    ['count', countPlan, state],
    ['exists', existencePlan, state],
    ['insert', insertPlan, { state: everyRow(usersSchema), row: cells, conflict: { kind: 'fail' } }],
  ]
  if (state.combination === undefined && state.groupBy === undefined && state.selection.shape === 'model') {
    all.push(['update', updatePlan, { state, changes: cells }], ['delete', deletePlan, state])
  }
  for (const prefetch of state.selection.prefetches) {
    const keys = [new Operand(`{${state.conditions.length}}`)]
    all.push(['prefetch', prefetchPlan, { prefetch, owner: state.table, keys }])
  }
  try {
    const { state: over, annotations } = aggregate(state, { rows: count(), last: max('id') })
    all.push(['aggregates', aggregatesPlan, { state: over, annotations }])
  } catch {
    // Of a state that has no id.
  }
  return all
}

describe('a plan', () => {
  it('has the SQL, the parameters and the formats that are made anew, for random querysets', () => {
    const values = new Random(7)
    let [found, refused] = [0, 0]
    const byKey = new Map<string, string>()
    for (let seed = 0; seed < 150; seed++) {
      const [states, others] = [1, 2].map(() => {
        const forms = new Random(seed)
        return subjects(randomState({ forms, values }), forms)
      })
      for (const [index, [name, maker, subject]] of (states ?? []).entries()) {
        const other = others?.[index]?.[2] ?? subject
        for (const each of [subject, other]) {
          const anew = outcome(unplanned, maker, each as never)
          expect(outcome(planned, maker, each as never), name).toEqual(anew)
          if ('refused' in anew) {
            refused++
            continue
          }
          const { key } = shapeOf(each)
          expect(key, name).toBeDefined()
          const made = JSON.stringify([anew.sql, anew.formats])
          if (byKey.has(`${name} ${key}`)) found++
          expect(byKey.get(`${name} ${key}`) ?? made, name).toBe(made)
          byKey.set(`${name} ${key}`, made)
        }
        // Only their values differ.
        expect(shapeOf(other).key, name).toBe(shapeOf(subject).key)
      }
    }
    expect(byKey.size).toBeGreaterThan(200)
    expect(found).toBeGreaterThanOrEqual(byKey.size)
    expect(refused).toBeLessThan(byKey.size)
  })

  it('is made once for a shape', () => {
    let made = 0
    const maker = (state: QueryState) => {
      made++
      return rowsPlan(state)
    }
    const users = everyRow(usersSchema)
    const parameters = [1, 2, 3].map((id) => planned(maker, filter(users, [{ id }])).query.parameters)
    expect(parameters).toEqual([['1'], ['2'], ['3']])
    expect(made).toBe(1)
  })

  it('keeps no value of the queryset that it was made for', () => {
    const secret = 'a value that nobody else has'
    const maker = (state: QueryState) => ({ ...rowsPlan(state), state })
    const { made } = planned(
      maker,
      filter(everyRow(usersSchema), [
        { name: secret },
        (eb: (...of: unknown[]) => unknown) => eb('name', '=', secret),
      ]),
    )
    const condition = JSON.stringify(made.state.conditions)
    expect(condition).toContain('"index":0')
    expect(condition).not.toContain(secret)
    expect(made.state.conditions[0]).not.toHaveProperty('operand', expect.any(Operand))
  })

  it('is kept as long as it is used, with no more than a thousand others', () => {
    let made = 0
    const maker = ({ sql }: { readonly sql: string }) => {
      made++
      return { query: { sql, parameters: [] } }
    }
    for (let n = 0; n < 5000; n++) {
      expect(planned(maker, { sql: `select ${n}` }).query.sql).toBe(`select ${n}`)
      planned(maker, { sql: 'often' })
      expect(keptPlans().count).toBeLessThanOrEqual(1000)
    }
    expect(made).toBe(5001)
  })

  it('is not kept where it is too long to come again, and others of a megabyte make room', () => {
    const maker = ({ sql }: { readonly sql: string }) => ({
      query: { sql: sql.repeat(1_000_000), parameters: [] },
    })
    const before = keptPlans()
    planned(maker, { sql: 'x'.repeat(40_000).slice(0, 2), and: 'y'.repeat(40_000) })
    expect(keptPlans()).toEqual(before)
    for (let n = 0; n < 30; n++) {
      planned(maker, { sql: String(n % 10), n })
      expect(keptPlans().text).toBeLessThanOrEqual(8 * 1024 * 1024)
    }
  })
})

import { Client } from 'pg'
import type { LogEvent } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openThings, Things, type Key, type OpenThings } from './things.js'

const COUNT = 20_000

let open: OpenThings
let client: Client
beforeAll(async () => {
  open = await openThings(COUNT)
  await open.run(`
    CREATE INDEX ON things (at, a, b);
    CREATE INDEX ON things (day, a, b);
    CREATE INDEX ON things (day DESC NULLS LAST, a, b);
    CREATE INDEX ON things (name, at DESC, a DESC, b DESC);
    CREATE INDEX ON things (plain COLLATE "C" DESC, day, a, b);
    CREATE INDEX ON things (alike, a, b);
    ANALYZE things`)
  client = new Client(open.url)
  await client.connect()
  // A batch is a large part of so small a table.
  await client.query('SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off')
})
afterAll(async () => {
  await client.end()
  await open[Symbol.asyncDispose]()
})

interface Plan {
  readonly 'Node Type': string
  readonly 'Index Cond'?: string
  readonly 'Rows Removed by Filter'?: number
  readonly 'Actual Rows': number
  readonly Plans?: readonly Plan[]
}

function nodes(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)]
}

/** The statements of a walk but the first, as they run, and their plans. */
async function plansOf(keys: readonly Key[], batchSize: number): Promise<{ sql: string; nodes: Plan[] }[]> {
  const statements: { sql: string; parameters: readonly unknown[] }[] = []
  const db = open.open({
    log: ({ query: { sql, parameters } }: LogEvent) => void statements.push({ sql, parameters }),
  })
  let rows = 0
  for await (const batch of new Things(db).by(keys).resumable({ batchSize })) rows += batch.rows.length
  expect(rows).toBe(COUNT)
  const plans = []
  for (const { sql, parameters } of statements.slice(1)) {
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, FORMAT json) ${sql}`,
      [...parameters],
    )
    plans.push({ sql, nodes: rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan }) => nodes(Plan)) })
  }
  return plans
}

describe('each read is a range of an index, of which nothing is sorted or thrown away', () => {
  const orders: Readonly<Record<string, readonly Key[]>> = {
    'of the primary key': [],
    'of one field and the key': ['at'],
    backwards: ['-at'],
    'of a field with NULLs, which come last': ['day'],
    'of a field with NULLs, which come first': ['-day'],
    'of NULLs last where the direction has them first': [{ day: 'desc', nulls: 'last' }, 'a', 'b'],
    'in several directions': ['name', '-at'],
    'of NULLs at two places': ['-plain', 'day'],
    'under a collation for which different texts are equal': ['alike'],
  }
  it.each(Object.entries(orders))('%s', async (_, keys) => {
    const plans = await plansOf(keys, 1900)
    expect(plans.length).toBeGreaterThanOrEqual(10)
    for (const { sql, nodes } of plans) {
      const about = `${sql}\n${JSON.stringify(nodes, null, 1)}`
      const scan = nodes.find((node) => node['Node Type'].startsWith('Index'))
      expect(nodes.map((node) => node['Node Type']).join(), about).toMatch(/^Limit,Index(?: Only)? Scan$/)
      expect(scan?.['Index Cond'], about).toBeTruthy()
      expect(scan?.['Rows Removed by Filter'] ?? 0, about).toBe(0)
    }
  })

  it('by a comparison of rows where directions agree', async () => {
    const [first] = await plansOf(['at'], 5000)
    expect(first?.sql).toContain('("things"."at", "things"."a", "things"."b") > (')
    const [backwards] = await plansOf(['-at'], 5000)
    expect(backwards?.sql).toContain('("things"."at", "things"."a", "things"."b") < (')
  })

  it('and one for each batch, where directions agree and no NULL is', async () => {
    expect(await plansOf(['at'], 5000)).toHaveLength(COUNT / 5000)
  })
})

import assert from 'node:assert/strict'
import type { Opened } from '../../postgres/support/fault-tables.js'
import { loop } from '../loop.js'
import { openBehindProxy } from '../outside-proxy.js'
import type { ProxyCommand } from '../proxy-thread.js'
import type { Scenario } from '../scenario.js'
import { relatedNumbers } from '../tables.js'

const ROWS = 300
const chunkSize = 70
const batchYieldSize = 32

interface Related {
  readonly id: number
  readonly payload: string
  readonly same?: readonly { readonly id: number; readonly payload: string }[]
}

function expectRight(item: Related | readonly Related[]): void {
  for (const { id, payload, same } of Array.isArray(item)
    ? (item as readonly Related[])
    : [item as Related]) {
    assert.equal(payload, `x${id}`)
    if (same !== undefined) assert.deepEqual(same, [{ id, payload }])
  }
}

/** Rows, batches and prefetched rows, by both forms. */
async function iterateAll({ db }: Opened): Promise<string> {
  const numbers = relatedNumbers(db).filter({ id: { lte: ROWS } })
  const related = numbers.prefetchRelated('same')
  const ways = {
    rows: [numbers.aiterator({ chunkSize }), numbers.iterator({ chunkSize })],
    batches: [
      numbers.aiterator({ chunkSize, batchYieldSize }),
      numbers.iterator({ chunkSize, batchYieldSize }),
    ],
    'prefetched rows': [related.aiterator({ chunkSize }), related.iterator({ chunkSize })],
  }
  for (const [name, forms] of Object.entries(ways)) {
    for (const form of forms) {
      const { rows, error } = await loop<Related>(form, expectRight)
      assert.deepEqual({ rows, error }, { rows: ROWS, error: undefined }, name)
    }
  }
  assert.equal((await numbers.toArray()).length, ROWS)
  return `all ${Object.keys(ways).join(', ')}; \`iterator\` the same`
}

const packaged = (fault: string, command: ProxyCommand): Scenario => ({
  fault,
  async run(world) {
    const opened = await openBehindProxy(world)
    await opened.proxy.tell(command)
    return iterateAll(opened)
  },
})

/** Bytes come as they were sent, and are packed otherwise. */
export const packets: readonly Scenario[] = [
  packaged('Every byte comes on its own', { fromServer: 'bytewise', toServer: 'bytewise' }),
  packaged('Bytes come late, and many packets as one', { fromServer: 'together' }),
]

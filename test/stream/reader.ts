import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, Repository, SchemaRegistry, type KyselyHandle, type Model, type TableSchema } from 'sluice'
import { tableSchema } from '../support/table-schema.js'

/**
 * A process that reads a relation and says what that took, run by the tests: how many bytes the process grew by
 * at most, and what part of its processor time the event loop did not turn for at a stretch.
 */
interface AnyModel extends Model {
  readonly row: { readonly id: number; readonly children?: readonly object[] }
  readonly filter: object
}

const [url = '', name = '', form = '', options = '{}'] = process.argv.slice(2)
const children = tableSchema(
  'children',
  { id: 'int4', parentId: 'int4', body: 'text' },
  { primaryKey: ['id'] },
)
const relation = { name: 'children', kind: 'many', nullable: false, target: 'public.children' } as const
const table = tableSchema(name, name === 'parents' ? { id: 'int4' } : { id: 'int4', body: 'text' }, {
  primaryKey: ['id'],
  relations: [{ ...relation, columns: ['id'], targetColumns: ['parentId'] }],
})
const registry = new SchemaRegistry([table, children])

class Rows extends Repository<AnyModel> {
  constructor(handle: KyselyHandle, schemas = registry, schema: TableSchema = table) {
    super(handle, schema, schemas)
  }
}

const peak = () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
const db = connect({ connectionString: url })
const all = new Rows(db).all()
const set = name === 'parents' ? all.prefetchRelated('children' as never) : all
const iterate = form === 'iterator' ? set.iterator.bind(set) : set.aiterator.bind(set)
for await (const _ of all.slice(0, 1)[form as 'aiterator' | 'iterator']()) break

// JSON has no Infinity.
const asked = JSON.parse(options, (_, value: unknown) => (value === 'Infinity' ? Infinity : value)) as object
const before = peak()
const held: number[] = []
let since = process.cpuUsage()
let isReading = true
const looking = (async () => {
  while (isReading) {
    await sleep(1)
    const { user, system } = process.cpuUsage(since)
    held.push((user + system) / 1000)
    since = process.cpuUsage()
  }
})()
let rows = 0
let related = 0
for await (const row of iterate(asked)) {
  rows++
  related += row.children?.length ?? 0
}
isReading = false
await looking
held.sort((a, b) => a - b)
const longest = (held[Math.floor(held.length * 0.99)] ?? 0) / held.reduce((sum, each) => sum + each, 0)
process.stdout.write(JSON.stringify({ rows, related, grown: peak() - before, held: longest }))
await db.close()

import { sql } from 'kysely'
import { connect } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'

/** What applications and runtimes do to stack traces. The one that cannot be undone is the last. */
const changes: Readonly<Record<string, () => void>> = {
  'what is there': () => {},
  'a stackTraceLimit that is deleted': () => Reflect.deleteProperty(Error, 'stackTraceLimit'),
  'a stackTraceLimit without a setter': () =>
    Object.defineProperty(Error, 'stackTraceLimit', { get: () => 3, configurable: true }),
  'a stackTraceLimit that is a string': () => Object.assign(Error, { stackTraceLimit: 'ten' }),
  'a stackTraceLimit that is not a number': () => Object.assign(Error, { stackTraceLimit: NaN }),
  'a stackTraceLimit below zero': () => Object.assign(Error, { stackTraceLimit: -1 }),
  'a prepareStackTrace that throws': () =>
    Object.assign(Error, {
      prepareStackTrace: () => {
        throw new Error('not prepared')
      },
    }),
  'a prepareStackTrace that returns call sites': () =>
    Object.assign(Error, { prepareStackTrace: (_: Error, sites: unknown) => sites }),
  'a prepareStackTrace that returns nothing': () =>
    Object.assign(Error, { prepareStackTrace: () => undefined }),
  'no captureStackTrace': () => Reflect.deleteProperty(Error, 'captureStackTrace'),
  'a captureStackTrace that throws': () =>
    Object.assign(Error, {
      captureStackTrace: () => {
        throw new Error('not captured')
      },
    }),
  'a stackTraceLimit that cannot be written': () =>
    Object.defineProperty(Error, 'stackTraceLimit', { value: 5, writable: false, configurable: false }),
}

async function outcome(work: () => unknown): Promise<string> {
  try {
    return `gives ${String(await work())}`
  } catch (error) {
    const { name, code } = error as { name: string; code?: string }
    return `${name} ${code}`
  }
}

const [, , url, kind] = process.argv
const db = connect<DB>({ connectionString: url, max: 2 })
const { users } = repositories(db)
const one = { email: 'one@example.com', name: 'One' }
const broken = users.filter((eb) => eb('id', '=', eb.fn<number>('no_such_function', [])))

const attempts: Readonly<Record<string, () => unknown>> = {
  create: async () => (await users.create(one)).name,
  'create again': () => users.create(one),
  'create in bulk': () => users.bulkCreate([one]),
  'create in a transaction': () => db.transaction().execute((trx) => users.using(trx).create(one)),
  get: () => users.get({ email: 'nobody' }),
  read: () => broken.toArray(),
  stream: async () => {
    for await (const _ of broken.aiterator()) return 'a row'
  },
  leave: async () => {
    for await (const user of users.aiterator({ chunkSize: 1 })) return user.name
  },
  iterator: () => [...users.iterator()].length,
  'failing iterator': () => [...broken.iterator()],
  'free-hand': () => sql`select 1 / ${0}::int`.execute(db),
  'free-hand stream': async () => {
    for await (const row of db.selectFrom('users').select('name').stream()) return row.name
  },
  option: () => users.aiterator({ chunkSize: 0 }),
  clear: () => users.all().delete(),
}

/** A program of the tests: prints what becomes of its errors, as they are or with each change. */
const all: Record<string, Record<string, string>> = {}
const { stackTraceLimit } = Error
const kept = Object.getOwnPropertyDescriptor(Error, 'captureStackTrace')
for (const [name, change] of kind === 'changed'
  ? Object.entries(changes)
  : [['as it is', () => {}] as const]) {
  change()
  const outcomes: Record<string, string> = {}
  for (const [title, attempt] of Object.entries(attempts)) outcomes[title] = await outcome(attempt)
  all[name] = outcomes
  if (kind !== 'changed' || name.endsWith('cannot be written')) continue
  Object.defineProperty(Error, 'stackTraceLimit', {
    value: stackTraceLimit,
    writable: true,
    configurable: true,
  })
  Object.defineProperty(Error, 'captureStackTrace', kept ?? {})
  Object.assign(Error, { prepareStackTrace: undefined })
}
await db.close()
process.stdout.write(JSON.stringify(all))

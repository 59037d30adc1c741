import { describe, expect, it } from 'vitest'
import { count, OptionError, withLimits, type CallOptions, type KyselyHandle } from 'sluice'
import { repositories, type Repositories } from '../../generated/index.js'
import {
  expectNothingRuns,
  lock,
  sessionOfPool,
  shop,
  unlock,
  untilWaiting,
  useLockedShop,
} from './locked-shop.js'

useLockedShop()

type Call = (of: Repositories, options: CallOptions) => Promise<unknown>

const user = { email: 'new@example.com', name: 'New' }

/** Everything that runs, by what is to be given. */
const CALLS: Readonly<Record<string, Call>> = {
  toArray: ({ users }, options) => users.toArray(options),
  'toArray of a queryset': ({ users }, options) => users.filter({ id: 1 }).toArray(options),
  'toArray with related rows': ({ users }, options) => users.selectRelated('company').toArray(options),
  'toArray, while relations are read': ({ companies }, options) =>
    companies.prefetchRelated('users').toArray(options),
  first: ({ users }, options) => users.first(options),
  last: ({ users }, options) => users.last(options),
  latest: ({ users }, options) => users.latest('createdAt', options),
  earliest: ({ users }, options) => users.earliest(options),
  get: ({ users }, options) => users.get({ id: 1 }, options),
  'get without conditions': ({ users }, options) => users.filter({ id: 1 }).get(options),
  count: ({ users }, options) => users.count(options),
  exists: ({ users }, options) => users.exists(options),
  aggregate: ({ users }, options) => users.aggregate({ n: count() }, options),
  inBulk: ({ users }, options) => users.inBulk([1], options),
  'inBulk of all': ({ users }, options) => users.inBulk(options),
  'inBulk by a field': ({ users }, options) => users.inBulk(['a'], { field: 'email', ...options }),
  explain: ({ users }, options) => users.explain({ analyze: true, ...options }),
  values: ({ users }, options) => users.values('id').toArray(options),
  union: ({ users }, options) => users.union(users.filter({ id: 1 })).toArray(options),
  update: ({ users }, options) => users.filter({ id: 1 }).update({ name: 'Changed' }, options),
  delete: ({ users }, options) => users.filter({ id: 1 }).delete(options),
  create: ({ users }, options) => users.create(user, options),
  bulkCreate: ({ users }, options) => users.bulkCreate([user], options),
  'bulkCreate of an iterable': ({ users }, options) => users.bulkCreate([user].values(), options),
  'bulkCreate in batches': ({ users }, options) =>
    users.bulkCreate([user, { ...user, email: 'b@c' }], { batchSize: 1, ...options }),
  bulkUpdate: ({ users }, options) => users.bulkUpdate([{ id: 1, name: 'Changed' }], ['name'], options),
  getOrCreate: ({ users }, options) => users.getOrCreate(user, {}, options),
  updateOrCreate: ({ users }, options) =>
    users.updateOrCreate({ email: user.email }, { name: 'New' }, options),
  'aiterator().next': ({ users }, options) => users.aiterator(options).next(),
}

describe.each(Object.entries(CALLS))('%s', (_, call) => {
  it('is cancelled on the server, rejects with the reason, and leaves its connection as it was', async () => {
    await shop.companies.all().delete()
    await shop.companies.create({ name: 'Acme' })
    const pid = await sessionOfPool()
    await lock('users')
    const reason = new Error('enough')
    const controller = new AbortController()
    const called = expect(call(shop, { signal: controller.signal })).rejects.toBe(reason)
    await untilWaiting()
    controller.abort(reason)
    await called
    await expectNothingRuns()
    await unlock()
    expect(await shop.users.count()).toBe(10)
    expect(await sessionOfPool()).toEqual(pid)
  })

  it('sends nothing once the signal is aborted', async () => {
    // It would wait for ever.
    await lock('users, companies')
    const signal = AbortSignal.abort('anything may be a reason')
    await expect(call(shop, { signal })).rejects.toBe('anything may be a reason')
  })

  it('aborts its transaction, whose savepoint can be gone back to', async () => {
    await lock('users')
    const trx = await shop.db.startTransaction().execute()
    const saved = await trx.savepoint('before').execute()
    const controller = new AbortController()
    const called = expect(call(repositories(saved), { signal: controller.signal })).rejects.toBe('enough')
    await untilWaiting()
    controller.abort('enough')
    await called
    await expect(repositories(saved).companies.count()).rejects.toMatchObject({ sqlState: '25P02' })
    const back = await saved.rollbackToSavepoint('before').execute()
    expect(await repositories(back).companies.count()).toBe(1)
    await trx.rollback().execute()
    await expectNothingRuns()
  })

  it('is called off while it waits for a connection', async () => {
    const trx = await shop.db.startTransaction().execute()
    const controller = new AbortController()
    const called = expect(call(shop, { signal: controller.signal })).rejects.toBe('enough')
    controller.abort('enough')
    await called
    await trx.rollback().execute()
    expect(await shop.users.count()).toBe(10)
  })

  it('refuses other options and signals', async () => {
    const options = { signal: 'no signal' } as unknown as CallOptions
    await expect(Promise.resolve().then(() => call(shop, options))).rejects.toThrow()
  })
})

it('takes a signal by its handle for all that runs by that, streams included', async () => {
  const calls: ((db: KyselyHandle) => Promise<unknown>)[] = [
    (db) => repositories(db).users.count(),
    (db) => repositories(db).users.all().update({ name: 'Changed' }),
    (db) =>
      shop.users
        .using(withLimits(db, { queryTimeoutMs: 60_000 }))
        .withSchema('public')
        .toArray(),
    (db) => repositories(db).users.aiterator().next(),
    (db) => repositories(db).users.count({ signal: new AbortController().signal }),
  ]
  for (const call of calls) {
    await lock('users')
    const controller = new AbortController()
    const called = expect(call(withLimits(shop.db, { signal: controller.signal }))).rejects.toBe('enough')
    await untilWaiting()
    controller.abort('enough')
    await called
    await expectNothingRuns()
    await unlock()
  }
  const signal = AbortSignal.abort('enough')
  expect(() => repositories(withLimits(shop.db, { signal })).users.iterator().next()).toThrow('enough')
  expect(() => withLimits(shop.db, { signal: 1 as unknown as AbortSignal })).toThrow(OptionError)
})

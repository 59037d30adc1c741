import { sql, type Transaction } from 'kysely'
import { describe, expect, it } from 'vitest'
import {
  atomic,
  OptionError,
  TransactionError,
  UniqueViolation,
  UsageError,
  withLimits,
  withSettings,
  type AtomicOptions,
  type KyselyHandle,
} from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { add, names, shop, useShop } from './users.js'

useShop()

async function shown(db: Transaction<DB>, setting: string): Promise<unknown> {
  const { rows } = await sql<{ value: string }>`select current_setting(${setting}) as value`.execute(db)
  return rows[0]?.value
}

describe('atomic', () => {
  it('commits what its function did, and gives what that gives', async () => {
    expect(await atomic(shop.db, async (trx) => (await add(trx, 'Ada')).name)).toBe('Ada')
    expect(await names()).toEqual(['Ada'])
  })

  it.each([new Error('no'), 'a string', undefined])(
    'rolls back by what it throws, and throws it on: %s',
    async (reason) => {
      const outcome = atomic(shop.db, async (trx) => {
        await add(trx, 'Ada')
        // Anything may be thrown.
        throw reason as Error
      })
      await expect(outcome).rejects.toBe(reason)
      expect(await names()).toEqual([])
      expect(await shop.states()).toContain('idle')
    },
  )

  it('is a savepoint inside of a transaction, which goes on after it', async () => {
    const seen: unknown[] = []
    await atomic(shop.db, async (outer) => {
      await add(outer, 'outer')
      await atomic(outer, async (inner) => {
        await add(inner, 'kept')
        await atomic(inner, async (deep) => {
          await add(deep, 'lost')
          await add(deep, 'kept')
        }).catch((error: unknown) => seen.push(error))
        seen.push(await shop.users.using(outer).count())
      })
      await expect(
        atomic(outer, async (inner) => {
          await add(inner, 'lost')
          throw new Error('no')
        }),
      ).rejects.toThrow('no')
      await add(outer, 'last')
    })
    expect(seen).toEqual([expect.any(UniqueViolation), 2])
    expect(await names()).toEqual(['outer', 'kept', 'last'])
  })

  const around: Readonly<Record<string, (body: (db: KyselyHandle) => Promise<unknown>) => Promise<unknown>>> =
    {
      'a transaction of Kysely': (body) => shop.db.transaction().execute(body),
      'a controlled transaction': async (body) => {
        const trx = await shop.db.startTransaction().execute()
        await body(trx)
        await trx.commit().execute()
      },
      'withSettings()': (body) => withSettings(shop.db, { 'app.tenant': 1 }, body),
      'withSettings() in atomic()': (body) =>
        atomic(shop.db, (trx) => withSettings(trx, { 'app.tenant': 1 }, body)),
      'withLimits()': (body) => atomic(shop.db, (trx) => body(withLimits(trx, { queryTimeoutMs: 5_000 }))),
      'withSchema()': (body) => atomic(shop.db, (trx) => body(trx.withSchema('public'))),
      'a transaction that was begun by SQL': (body) =>
        shop.db.connection().execute(async (one) => {
          await sql`begin`.execute(one)
          await body(one)
          await sql`commit`.execute(one)
        }),
    }
  it.each(Object.entries(around))('nests in %s', async (_, run) => {
    await run(async (db) => {
      await add(db, 'before')
      await atomic(db, (inner) => add(inner, 'kept'))
      await expect(
        atomic(db, async (inner) => {
          await add(inner, 'lost')
          await add(inner, 'lost')
        }),
      ).rejects.toThrow(UniqueViolation)
      await add(db, 'after')
    })
    expect(await names()).toEqual(['before', 'kept', 'after'])
  })

  it('begins on what a handle is bound to: its connection, its schema and its limits', async () => {
    await shop.db.connection().execute(async (one) => {
      await sql`set app.seen = 'here'`.execute(one)
      expect(await atomic(one, (trx) => shown(trx, 'app.seen'))).toBe('here')
    })
    const limited = withLimits(shop.db.withSchema('public'), { queryTimeoutMs: 50 })
    const slow = atomic(limited, (trx) => sql`select pg_sleep(10)`.execute(trx))
    await expect(slow).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' })
  })

  it('keeps settings that were made around it', async () => {
    await withSettings(shop.db, { 'app.tenant': 7 }, (db) =>
      atomic(db, async (trx) => {
        expect(await shown(trx, 'app.tenant')).toBe('7')
        await expect(
          withSettings(trx, { 'app.tenant': 8 }, async (inner) => {
            expect(await shown(inner, 'app.tenant')).toBe('8')
            await atomic(inner, (deep) => add(deep, 'lost'))
            throw new Error('no')
          }),
        ).rejects.toThrow('no')
        expect(await shown(trx, 'app.tenant')).toBe('7')
        await add(trx, 'kept')
      }),
    )
    expect(await names()).toEqual(['kept'])
  })

  it('reads, prefetches and streams what it wrote', async () => {
    await atomic(shop.db, async (trx) => {
      const { companies, users } = repositories(trx)
      const { id: companyId } = await companies.create({ name: 'Acme' })
      await users.bulkCreate(
        ['a', 'b', 'c'].map((name) => ({ name, email: `${name}@example.com`, companyId })),
      )
      const [company] = await companies.prefetchRelated('users').toArray()
      expect(company?.users.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
      const seen: string[] = []
      for await (const user of users.selectRelated('company').aiterator({ chunkSize: 1 })) {
        // A part of it beside the stream, which goes on.
        await atomic(trx, () =>
          users.filter({ id: user.id }).update({ name: user.name + user.company?.name }),
        )
        await atomic(trx, (inner) => add(inner, 'a')).catch(() => {})
        seen.push(user.name)
      }
      expect(seen).toEqual(['a', 'b', 'c'])
    })
    expect(await names()).toEqual(['aAcme', 'bAcme', 'cAcme'])
  })

  it('waits for what its function has started, and refuses what it starts later', async () => {
    const kept: Transaction<DB>[] = []
    await atomic(shop.db, (trx) => {
      kept.push(trx)
      void add(trx, 'first')
      void add(trx, 'second')
      return Promise.resolve()
    })
    expect(await names()).toEqual(['first', 'second'])
    await expect(add(kept[0]!, 'third')).rejects.toThrow('This atomic() is over')
    await expect(atomic(kept[0]!, () => Promise.resolve())).rejects.toThrow(UsageError)
  })

  it('refuses two parts of one transaction at once', async () => {
    const outcome = atomic(shop.db, async (trx) => {
      const one = atomic(trx, (inner) => add(inner, 'one'))
      await expect(atomic(trx, (inner) => add(inner, 'two'))).rejects.toThrow(
        'Another part of this transaction',
      )
      await one
      await atomic(trx, async () => {
        await expect(withSettings(trx, { 'app.a': 1 }, () => Promise.resolve())).rejects.toThrow(UsageError)
      })
      await atomic(trx, (inner) => add(inner, 'three'))
    })
    await outcome
    expect(await names()).toEqual(['one', 'three'])
  })

  it('begins as it is told to', async () => {
    const options: AtomicOptions = {
      isolationLevel: 'serializable',
      accessMode: 'read only',
      deferrable: true,
    }
    const modes = await atomic(
      shop.db,
      async (trx) => [
        await shown(trx, 'transaction_isolation'),
        await shown(trx, 'transaction_read_only'),
        await shown(trx, 'transaction_deferrable'),
      ],
      options,
    )
    expect(modes).toEqual(['serializable', 'on', 'on'])
    const writing = atomic(shop.db, (trx) => add(trx, 'Ada'), { accessMode: 'read only' })
    await expect(writing).rejects.toMatchObject({ sqlState: '25006' })
    await atomic(shop.db, async (trx) => {
      await expect(
        atomic(trx, (inner) => add(inner, 'no'), { accessMode: 'read only' }),
      ).rejects.toMatchObject({
        sqlState: '25006',
      })
      await atomic(trx, (inner) => shop.users.using(inner).count(), { accessMode: 'read only' })
      await add(trx, 'yes')
    })
    expect(await names()).toEqual(['yes'])
  })

  it.each<AtomicOptions>([{ isolationLevel: 'serializable' }, { deferrable: true }, { retry: {} }])(
    'refuses inside of a transaction what cannot hold there: %o',
    async (options) => {
      const [name = ''] = Object.keys(options)
      await atomic(shop.db, async (trx) => {
        const refused = expect(atomic(trx, () => Promise.resolve(), options)).rejects
        await refused.toThrow(`with the option ${name}`)
        await add(trx, 'kept')
      })
      expect(await names()).toEqual(['kept'])
    },
  )

  it('checks its options', async () => {
    for (const options of [
      { isolationLevel: 'snapshot' },
      { retry: { attempts: 0 } },
      { signal: 1 },
      { other: 1 },
    ]) {
      const call = atomic(shop.db, () => Promise.resolve(), options as AtomicOptions)
      await expect(call).rejects.toThrow(OptionError)
    }
  })
})

describe('a failure that its function says nothing of', () => {
  const swallowing = async (trx: Transaction<DB>) => {
    await add(trx, 'lost')
    await add(trx, 'lost').catch(() => {})
  }

  it('never passes for a commit', async () => {
    const error = (await atomic(shop.db, swallowing).catch((error: unknown) => error)) as TransactionError
    expect(error).toBeInstanceOf(TransactionError)
    expect(error).toMatchObject({
      code: 'TRANSACTION_ABORTED',
      outcome: 'rolled back',
      cause: { code: '23505' },
    })
    expect(error.message).toContain('atomic(trx, …) of its own')
    expect(await names()).toEqual([])
  })

  it('nor for a savepoint that is kept', async () => {
    await atomic(shop.db, async (trx) => {
      await add(trx, 'kept')
      await expect(atomic(trx, swallowing)).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
      await add(trx, 'after')
    })
    expect(await names()).toEqual(['kept', 'after'])
  })
})

import { Readable } from 'node:stream'
import fastify, { type FastifyInstance } from 'fastify'
import { sql, type Kysely } from 'kysely'
import type { DB } from './db.js'

/** A service as it was written for PostgresDialect. */
export function serviceOn(db: Kysely<DB>): FastifyInstance {
  const service = fastify()

  service.setErrorHandler((error: { code?: string; constraint?: string; message: string }, _, reply) => {
    const { code, constraint, message } = error
    // A message that quotes what was given is nothing to answer with, and sluice leaves the quoted out.
    if (code === '22P02') return reply.status(400).send({ code })
    return reply.status(code === '23505' || code === '23514' ? 409 : 500).send({ code, constraint, message })
  })

  service.post('/accounts', async ({ body }, reply) =>
    reply.status(201).send(
      await db
        .insertInto('accounts')
        // As its schema would have checked it.
        .values(body as { fullName: string; balance: string; settings: string })
        .returningAll()
        .execute(),
    ),
  )

  service.get('/accounts', () => db.selectFrom('accounts').selectAll().orderBy('id').execute())

  service.get<{ Params: { id: string } }>('/accounts/:id', async ({ params }, reply) => {
    const account = await db.selectFrom('accounts').selectAll().where('id', '=', params.id).executeTakeFirst()
    // 9007199254740993 is an id like any other.
    return account ?? reply.status(404).send({ missing: params.id })
  })

  service.get('/accounts.ndjson', (_, reply) => {
    const rows = db.selectFrom('accounts').selectAll().orderBy('id').stream(1)
    const lines = Readable.from(rows).map((row) => `${JSON.stringify(row)}\n`)
    return reply.type('application/x-ndjson').send(lines)
  })

  service.get<{ Params: { year: string } }>('/accounts/born-before/:year', ({ params }) =>
    db
      .selectFrom('accounts')
      .select(['fullName', 'bornOn'])
      .where('bornOn', '<', new Date(Number(params.year), 0, 1))
      .execute(),
  )

  service.get('/totals', () =>
    db
      .selectFrom('accounts')
      .select((eb) => [
        eb.fn.countAll<string>().as('howMany'),
        eb.fn.sum<string>('balance').as('inAll'),
        eb.fn.max('createdAt').as('latestOf'),
        eb.fn.avg<string>('loginCount').as('avgLogins'),
      ])
      .executeTakeFirstOrThrow(),
  )

  service.put<{ Params: { name: string } }>('/logins/:name', async ({ params }) => {
    const { numUpdatedRows } = await db
      .updateTable('accounts')
      .set((eb) => ({ loginCount: eb('loginCount', '+', 1), trialPeriod: sql`interval '14 days 3:04:05.6'` }))
      .where('fullName', '=', params.name)
      .executeTakeFirstOrThrow()
    return { updated: String(numUpdatedRows) }
  })

  service.post<{ Body: { from: string; to: string; amount: string } }>('/transfers', ({ body }) =>
    db.transaction().execute(async (trx) => {
      const { from, to, amount } = body
      const move = (id: string, by: string) =>
        trx
          .updateTable('accounts')
          .set((eb) => ({ balance: eb('balance', '+', by) }))
          .where('id', '=', id)
          .returning(['id', 'balance'])
          .executeTakeFirstOrThrow()
      const moved = [await move(from, `-${amount}`), await move(to, amount)]
      const transfer = await trx
        .insertInto('transfers')
        .values({
          fromAccount: from,
          toAccount: to,
          amount,
          bookedAt: new Date(2024, 1, 29, 12, 30),
          valueDates: [new Date(2024, 2, 1), new Date(2024, 2, 31)],
          amounts: [amount, '0.1'],
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return { moved, transfer }
    }),
  )

  service.get('/several', async () => (await sql`select 1 as a; select 2 as b`.execute(db)).rows)

  service.get('/raw', async () => {
    const { rows } = await sql`select now() - now() as no_time, ${[1, 2]}::int[] as the_ints,
      ${{ a: 1 }}::jsonb as an_object, ${new Date(5)}::timestamptz as an_instant, ${true}::text as a_flag,
      '(1,2)'::point as a_point, array['1 day'::interval] as intervals, '[1,5)'::int8range as a_range,
      array['happy'::mood] as moods`.execute(db)
    return rows
  })

  service.get('/broken', () => sql`select no_such_column`.execute(db))

  service.get('/tables', () => db.introspection.getTables())

  service.delete('/accounts', async () => {
    await db.deleteFrom('transfers').execute()
    const { numDeletedRows } = await db.deleteFrom('accounts').executeTakeFirstOrThrow()
    return { deleted: String(numDeletedRows) }
  })

  return service
}

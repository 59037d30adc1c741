import { sql, type Kysely } from 'kysely'
import type { DB } from './db.js'

/** The endpoints of a service as it was written for PostgresDialect: what they answer, as JSON. */
export const endpoints: Readonly<Record<string, (db: Kysely<DB>) => Promise<unknown>>> = {
  create: (db) =>
    db
      .insertInto('accounts')
      .values([
        {
          fullName: 'Ada',
          balance: '12345678901234.5',
          bornOn: new Date(1815, 11, 10),
          createdAt: new Date('2024-10-27T00:30:00.123Z'),
          settings: JSON.stringify({ darkMode: true, limits: [1, null] }),
          nickNames: ['a', 'b,c', ''],
          moodToday: 'happy',
          avatarBytes: Buffer.from([0, 255, 39]),
        },
        {
          fullName: 'Bob \'"\\ ☃',
          balance: -0.5,
          createdAt: '1999-12-31 23:59:59.9999+00',
          settings: '[]',
          nickNames: null,
        },
      ])
      .returningAll()
      .execute(),
  list: (db) => db.selectFrom('accounts').selectAll().orderBy('id').execute(),
  byId: (db) => db.selectFrom('accounts').selectAll().where('id', '=', '1').executeTakeFirstOrThrow(),
  bornBefore: (db) =>
    db
      .selectFrom('accounts')
      .select('fullName')
      .where('bornOn', '<', new Date(1900, 0, 1))
      .execute(),
  totals: (db) =>
    db
      .selectFrom('accounts')
      .select((eb) => [
        eb.fn.countAll<string>().as('howMany'),
        eb.fn.sum<string>('balance').as('inAll'),
        eb.fn.max('createdAt').as('latestOf'),
        eb.fn.avg<string>('loginCount').as('avgLogins'),
      ])
      .executeTakeFirstOrThrow(),
  update: async (db) => {
    const { numUpdatedRows } = await db
      .updateTable('accounts')
      .set((eb) => ({ loginCount: eb('loginCount', '+', 1), trialPeriod: sql`interval '14 days 3:04:05.6'` }))
      .where('fullName', '=', 'Ada')
      .executeTakeFirstOrThrow()
    return `${numUpdatedRows} updated`
  },
  inTransaction: (db) =>
    db.transaction().execute(async (trx) => {
      await trx
        .insertInto('accounts')
        .values({ fullName: 'Eve', balance: 1, settings: '{}', createdAt: new Date(0) })
        .execute()
      return trx.selectFrom('accounts').selectAll().orderBy('id', 'desc').limit(1).execute()
    }),
  several: async (db) => (await sql`select 1 as a; select 2 as b`.execute(db)).rows,
  raw: async (db) =>
    (
      await sql`select now() - now() as no_time, ${[1, 2]}::int[] as the_ints, ${{ a: 1 }}::jsonb as an_object,
        ${new Date(5)}::timestamptz as an_instant, ${true}::text as a_flag, '(1,2)'::point as a_point`.execute(
        db,
      )
    ).rows,
  refused: async (db) => {
    const failing = db
      .insertInto('accounts')
      .values({ id: 1, fullName: '', balance: 0, settings: '{}' })
      .execute()
    return failing.catch(({ code, constraint }: { code: string; constraint: string }) => ({
      code,
      constraint,
    }))
  },
  tables: async (db) => db.introspection.getTables(),
  remove: async (db) => {
    const { numDeletedRows } = await db.deleteFrom('accounts').executeTakeFirstOrThrow()
    return `${numDeletedRows} deleted`
  },
}

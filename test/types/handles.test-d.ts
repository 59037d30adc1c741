/** Which handles `repositories()` takes. Checked by the compiler alone; nothing here runs. */
import type { ControlledTransaction, Generated, Kysely, Transaction } from 'kysely'
import { connect, withLimits, withSettings, type Database, type KyselyHandle } from 'sluice'
import { repositories, type DB, type UsersRepository } from '../../generated/index.js'

interface Audit {
  readonly id: number
}

interface Billing {
  invoices: { id: Generated<number> }
}

/** Another database with tables of the same names. */
type SameNames = { [Table in keyof DB]: { id: string } }

/** The same tables as another tool types them. */
type TypedByOthers = { [Table in keyof DB]: { [Column in keyof DB[Table]]: string | null } }

interface WithOwn extends DB {
  audit: Audit
  'history.users': Audit
}

export async function own(db: Database<DB>, kysely: Kysely<DB>, trx: Transaction<DB>) {
  repositories(db)
  repositories(kysely)
  repositories(trx)
  repositories(kysely as Kysely<DB> | Transaction<DB>)
  repositories(kysely.withSchema('tenant'))
  repositories(kysely.withoutPlugins())
  repositories(kysely.withTables<{ temporary: Audit }>())
  repositories(withLimits(db, { queryTimeoutMs: 1 }))
  await withSettings(db, { role: 'x' }, async (inner) => repositories(inner).users.count())
  await kysely.transaction().execute(async (inner) => repositories(inner).users.using(inner).count())
  await kysely.connection().execute(async (inner) => repositories(inner).users.count())
  const controlled: ControlledTransaction<DB> = await kysely.startTransaction().execute()
  repositories(controlled)
  repositories(await controlled.savepoint('one').execute())
}

export function alike(
  more: Kysely<WithOwn>,
  both: Kysely<DB & Billing>,
  others: Kysely<TypedByOthers>,
  trx: Transaction<WithOwn>,
) {
  repositories(more)
  repositories(both)
  repositories(others)
  repositories(trx)
  repositories(connect<WithOwn>({}))
}

export function untyped(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as those who do not type their database have it
  any: Kysely<any>,
  unknown: Kysely<unknown>,
  object: Kysely<object>,
  handle: KyselyHandle,
) {
  repositories(any)
  repositories(unknown)
  repositories(object)
  repositories(handle)
  repositories(connect({}))
  repositories(any as Kysely<Record<string, Audit>>)
}

export function wrapped<K extends Kysely<DB>>(
  db: K,
  make: (handle: KyselyHandle) => { users: UsersRepository },
) {
  repositories<Kysely<DB>>(db)
  make = repositories
  return make(db)
}

export async function others(
  billing: Database<Billing>,
  kysely: Kysely<Billing>,
  trx: Transaction<Billing>,
  names: Kysely<SameNames>,
  fewer: Kysely<Omit<DB, 'users'>>,
  either: Kysely<DB> | Kysely<Billing>,
) {
  // @ts-expect-error of another database
  repositories(billing)
  // @ts-expect-error of another database
  repositories(kysely)
  // @ts-expect-error a transaction of another database
  repositories(trx)
  // @ts-expect-error its tables are called the same, and have other columns
  repositories(names)
  // @ts-expect-error without one of the tables
  repositories(fewer)
  // @ts-expect-error perhaps of another database
  repositories(either)
  const opened = connect<Billing>({})
  // @ts-expect-error opened for another database
  repositories(opened)
  // @ts-expect-error with a schema, of another database
  repositories(kysely.withSchema('x'))
  // @ts-expect-error what withSettings gives is of the same database
  await withSettings(billing, { role: 'x' }, async (inner) => repositories(inner).users.count())
  // @ts-expect-error no handle at all
  repositories({})
}

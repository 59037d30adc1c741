import { AsyncLocalStorage } from 'node:async_hooks'
import { afterCommit, atomic, type AtomicOptions, type Database, type KyselyHandle } from 'sluice'
import { repositories, type DB, type Repositories } from '../generated/index.js'

/**
 * Repositories of whatever transaction is under way: code that is called inside of `transaction()`, however deep, runs in it
 * without being handed anything. It is Node's AsyncLocalStorage and nothing else, so that what it follows is what that
 * follows: calls, awaits and timers, but not work that somebody else begins, such as a queue's worker.
 */
export class CurrentTransaction {
  readonly #db: Database<DB>
  readonly #repositories: Repositories
  readonly #current = new AsyncLocalStorage<{
    readonly handle: KyselyHandle
    readonly repositories: Repositories
  }>()

  constructor(db: Database<DB>) {
    this.#db = db
    this.#repositories = repositories(db)
  }

  /** Those of the transaction that is under way, or of the database. To be asked for where they are used, and not kept. */
  get repositories(): Repositories {
    return this.#current.getStore()?.repositories ?? this.#repositories
  }

  /** Runs a function in a transaction, or in a part of the one that is under way. */
  run<T>(body: () => Promise<T>, options?: AtomicOptions): Promise<T> {
    const outer = this.#current.getStore()
    return atomic(
      outer?.handle ?? this.#db,
      (trx) => this.#current.run({ handle: trx, repositories: repositories(trx) }, body),
      options,
    )
  }

  /** Runs a function once all of it is committed, outside of the transaction; at once where there is none. */
  afterCommit(done: () => unknown): Promise<void> {
    const handle = this.#current.getStore()?.handle ?? this.#db
    return afterCommit(handle, () => this.#current.exit(done))
  }
}

/** A service that knows of no transaction: each of its methods is whole, alone and together with others. */
export class Accounts {
  readonly #work: CurrentTransaction
  readonly #welcome: (email: string) => unknown

  constructor(work: CurrentTransaction, welcome: (email: string) => unknown) {
    this.#work = work
    this.#welcome = welcome
  }

  /** Registers a user, who is greeted once that is certain. */
  register(email: string, name: string): Promise<number> {
    return this.#work.run(async () => {
      const { users, userProfiles } = this.#work.repositories
      const { id } = await users.create({ email, name })
      await userProfiles.create({ userId: id, newsletter: true })
      await this.#work.afterCommit(() => this.#welcome(email))
      return id
    })
  }

  /** Registers a company with all of its people, or nothing of it. */
  registerCompany(
    name: string,
    people: readonly { readonly email: string; readonly name: string }[],
  ): Promise<void> {
    return this.#work.run(async () => {
      const { companies, users } = this.#work.repositories
      const { id: companyId } = await companies.create({ name })
      for (const person of people) {
        const id = await this.register(person.email, person.name)
        await users.filter({ id }).update({ companyId })
      }
    })
  }
}

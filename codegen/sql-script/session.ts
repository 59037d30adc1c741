import { DatabaseError, type Client, type QueryResult } from 'pg'
import { connectTo } from '../server/connect.js'
import type { MadeRole } from '../server/made-roles.js'
import { ScriptQuery } from './script-query.js'
import { headOf } from './tokens.js'

/** What pg's clients have, and its types do not mention. */
interface StatusClient {
  readonly connection: { on(event: 'readyForQuery', listener: (message: { status: string }) => void): void }
}

/** So that foreign tables are the script's own, as others are: the server's owner does not own them. */
const SHARE_SERVERS = `
  DO $$ DECLARE server name; BEGIN
    FOR server IN SELECT srvname FROM pg_catalog.pg_foreign_server LOOP
      EXECUTE pg_catalog.format('GRANT USAGE ON FOREIGN SERVER %I TO pg_database_owner', server);
    END LOOP;
  END $$`

/**
 * Functions in C and internal ones are as the server itself: made with the rights of the connection, they are for nobody to
 * call, though types, operators and indexes have them.
 */
const CLOSE_NATIVE_CODE = `
  DO $$ DECLARE routine regprocedure; BEGIN
    FOR routine IN SELECT p.oid FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE l.lanname IN ('c', 'internal') AND n.nspname <> 'pg_catalog'
        AND p.proowner = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
          WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    LOOP
      EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', routine);
    END LOOP;
  END $$`

const SAVEPOINT = 'sluice_statement'

const ROLES = 'SELECT oid, rolname::text AS name FROM pg_roles ORDER BY oid'

/**
 * The connection of a script. On a server that is not ours, code in the script is run with the rights of the owner of
 * the scratch database alone: what it does to the rest of the server, such as making roles, is refused.
 */
export class ScriptSession {
  #client: Client
  #status = 'I'
  #hasBegun = false

  private constructor(
    client: Client,
    private readonly url: string,
    private readonly name: string,
    private readonly isShared: boolean,
  ) {
    this.#client = this.#watched(client)
  }

  static async open(url: string, name: string, isShared: boolean): Promise<ScriptSession> {
    const session = new ScriptSession(await connectTo(url, `to load ${name}`), url, name, isShared)
    await session.#speakEnglish()
    await session.#guard(true)
    return session
  }

  /** Whether the script has begun a transaction. */
  get isInTransaction(): boolean {
    return this.#status !== 'I'
  }

  /** Begins the transaction in which a migration tool would run the script. */
  async begin(): Promise<void> {
    await this.#client.query('BEGIN')
    this.#hasBegun = true
  }

  /** Ends the transaction that was begun here, if it is still open. @returns whether there was one. */
  async commit(): Promise<boolean> {
    if (!this.hasBegun) return false
    this.#hasBegun = false
    await this.#client.query('COMMIT')
    return true
  }

  /** Whether the transaction is not one of the script's own. */
  get hasBegun(): boolean {
    return this.#hasBegun && this.isInTransaction
  }

  /** A new session, in which nothing is set. */
  async renew(): Promise<void> {
    await this.commit()
    await this.#client.end()
    this.#client = this.#watched(await connectTo(this.url, `to load ${this.name}`))
    await this.#speakEnglish()
    await this.#guard()
  }

  async close(): Promise<void> {
    await this.#client.end()
  }

  /**
   * Runs one statement. One that fails within a transaction of the script does not spoil it, so that it can be tried
   * in another way.
   *
   * @param takeData what COPY is given.
   */
  async run(text: string, takeData: () => string): Promise<QueryResult> {
    const head = headOf(text, 3)
    const isSafe =
      !this.isInTransaction ||
      /^(?:commit|end|rollback|abort|savepoint|release|prepare|set transaction)\b/.test(head)
    if (!isSafe) await this.#client.query(`SAVEPOINT ${SAVEPOINT}`)
    try {
      const result = await this.#send(text, takeData)
      if (!isSafe) await this.#client.query(`RELEASE ${SAVEPOINT}`)
      if (this.isShared && head.startsWith('discard all')) await this.#guard()
      return result
    } catch (error) {
      if (!isSafe && error instanceof DatabaseError) await this.#client.query(`ROLLBACK TO ${SAVEPOINT}`)
      throw error
    }
  }

  /**
   * Runs what may make roles on a server that is not ours, and tells which it made. These are the ones that nobody else sees
   * before the transaction ends: what others make meanwhile, they see as well.
   */
  async notingRoles<T>(
    run: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly made: readonly MadeRole[] }> {
    const isOwn = !this.isInTransaction
    if (isOwn) await this.#client.query('BEGIN')
    try {
      const result = await run()
      const seen = await this.query<MadeRole>(ROLES)
      const others = await rolesSeenBy(this.url)
      if (isOwn) await this.#client.query('COMMIT')
      return { result, made: seen.filter(({ oid }) => !others.has(oid)) }
    } catch (error) {
      if (isOwn) await this.#client.query('ROLLBACK')
      throw error
    }
  }

  /** The same with all the rights that the connection has: for what runs no code of the script. */
  async runUnguarded(text: string): Promise<QueryResult> {
    await this.#client.query('RESET ROLE')
    try {
      const result = await this.run(text, () => '')
      const head = headOf(text, 4)
      if (head.startsWith('create server ')) await this.#client.query(SHARE_SERVERS)
      if (/^create (?:or replace )?function\b/.test(head)) await this.#client.query(CLOSE_NATIVE_CODE)
      return result
    } finally {
      await this.#guard()
    }
  }

  /** For ourselves. */
  async query<Row extends object>(text: string): Promise<Row[]> {
    return (await this.#client.query<Row>(text)).rows
  }

  /** Some messages are understood. Not everybody may choose their language. */
  async #speakEnglish(): Promise<void> {
    await this.#client.query("SET lc_messages = 'C'").catch(() => undefined)
  }

  /** What the database's owner may do is given to a role that everybody has and nobody is: it ends with the database. */
  async #guard(isFirst = false): Promise<void> {
    if (!this.isShared) return
    if (isFirst) {
      await this.#client.query(`
        DO $$ BEGIN
          EXECUTE format('GRANT ALL ON DATABASE %I TO pg_database_owner', current_database());
          BEGIN
            GRANT ALL ON SCHEMA public TO pg_database_owner;
          EXCEPTION WHEN OTHERS THEN NULL;
          END;
        END $$`)
    }
    await this.#client.query('SET ROLE pg_database_owner')
  }

  #send(text: string, takeData: () => string): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      this.#client.query(
        new ScriptQuery(text, takeData, (error, result) => (error ? reject(error) : resolve(result))),
      )
    })
  }

  #watched(client: Client): Client {
    const { connection } = client as unknown as StatusClient
    connection.on('readyForQuery', ({ status }) => (this.#status = status))
    return client
  }
}

async function rolesSeenBy(url: string): Promise<ReadonlySet<number>> {
  const client = await connectTo(url, 'to look for roles')
  try {
    return new Set((await client.query<MadeRole>(ROLES)).rows.map(({ oid }) => oid))
  } finally {
    await client.end()
  }
}

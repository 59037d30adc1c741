import type { ScriptSession } from '../session.js'
import type { Variables } from './variables.js'

interface ServerFacts {
  readonly number: string
  readonly version: string
  readonly database: string
  readonly user: string
}

/** The variables of a psql session, with those that psql sets itself. */
export class PsqlVariables implements Variables {
  readonly #values: Map<string, string>

  private constructor(values: Readonly<Record<string, string>>) {
    this.#values = new Map(Object.entries(values))
  }

  static async of(session: ScriptSession): Promise<PsqlVariables> {
    const [facts] = await session.query<ServerFacts>(`
      SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,
        current_database() AS database, session_user::text AS user`)
    const { number = '', version = '', database = '', user = '' } = facts ?? {}
    return new PsqlVariables({
      SERVER_VERSION_NUM: number,
      SERVER_VERSION_NAME: version,
      VERSION_NUM: number,
      VERSION_NAME: version,
      VERSION: `PostgreSQL ${version}`,
      DBNAME: database,
      USER: user,
      ENCODING: 'UTF8',
      AUTOCOMMIT: 'on',
      ON_ERROR_STOP: 'on',
      ON_ERROR_ROLLBACK: 'off',
      ERROR: 'false',
      SQLSTATE: '00000',
      ROW_COUNT: '0',
      QUIET: 'on',
    })
  }

  get(name: string): string | undefined {
    return this.#values.get(name)
  }

  /** `undefined` unsets it. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) this.#values.delete(name)
    else this.#values.set(name, value)
  }
}

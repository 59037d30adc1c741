import { checkUrl } from '../../config/check-config.js'
import { chosenOf, databasesOf } from '../../config/databases.js'
import type { ReadConfig } from '../../config/read-config.js'
import type { Settings } from '../../config/settings.js'
import { CodegenError } from '../../errors.js'

/** The flags that say which database is meant. */
export interface DatabaseFlags {
  readonly url?: string
  readonly database?: string
}

/** Where rows are, and what their table is called by. */
export interface ChosenDatabase {
  readonly url: string
  readonly settings: Settings
}

/**
 * The database that is meant: by `--url`, by the configuration, or by `DATABASE_URL`, the first that says.
 *
 * @throws {@link CodegenError} where nothing says, or several could be meant.
 */
export function databaseOf({ url, database }: DatabaseFlags, { config, folder }: ReadConfig): ChosenDatabase {
  const only = database === undefined ? undefined : [database]
  const [first, ...others] = chosenOf(databasesOf(config, folder), only)
  if (first === undefined || others.length > 0) {
    const names = Object.keys(config.databases ?? {}).join(', ')
    throw new CodegenError(`The configuration has several databases: choose one by --database, of ${names}.`)
  }
  const { url: configured, schema: _schema, out: _out, docs: _docs, ...rest } = first.config
  const settings = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined),
  ) as Settings
  if (url !== undefined) {
    checkUrl(url, '--url')
    return { url, settings }
  }
  if (configured !== undefined) return { url: configured, settings }
  // That of one of several is not known to be that one.
  const inEnvironment = config.databases === undefined ? process.env['DATABASE_URL'] : undefined
  if (inEnvironment) {
    checkUrl(inEnvironment, 'DATABASE_URL')
    return { url: inEnvironment, settings }
  }
  throw new CodegenError(
    first.name === undefined
      ? 'Which database? Give --url postgres://user:password@host:5432/database, or set DATABASE_URL.'
      : `databases.${first.name} of the configuration has no url: give --url postgres://user:password@host:5432/database.`,
  )
}

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkConfig, checkUrl } from '../config/check-config.js'
import { chosenOf, databasesOf, type NamedConfig, OF_ONE } from '../config/databases.js'
import type { ReadConfig } from '../config/read-config.js'
import type { DatabaseConfig, Settings } from '../config/settings.js'
import { CodegenError } from '../errors.js'
import type { SchemaSource } from '../source.js'

/** The flags of `sluice codegen` that stand for settings; those given come before the configuration. */
export type SettingFlags = Pick<
  DatabaseConfig,
  | ('url' | 'skipExtensions' | 'out' | 'docs' | 'schemas' | 'include' | 'exclude')
  | (
      | 'naming'
      | 'brandedIds'
      | 'enums'
      | 'kyselyValues'
      | 'kyselyCamelCase'
      | 'importExtension'
      | 'layout'
      | 'validators'
    )
> & { readonly schema?: readonly string[] }

/** What is to be generated, from what, and where to. */
export interface Order {
  /** Of the database, where the configuration has several. */
  readonly name: string | undefined
  readonly source: SchemaSource
  readonly out: string
  readonly docs: string | undefined
  readonly settings: Settings
  /** What relative imports in the settings start from. */
  readonly settingsFolder: string
}

/**
 * What is to be generated for each database that is meant.
 *
 * @param only - the names of these. Default: all.
 * @throws {@link CodegenError} for a name of none, and flags for one database where there are several.
 */
export function ordersOf(flags: SettingFlags, read: ReadConfig, only?: readonly string[]): Order[] {
  const chosen = chosenOf(databasesOf(read.config, read.folder), only)
  const flag = OF_ONE.find((each) => flags[each] !== undefined)
  if (flag !== undefined && chosen.length > 1) {
    throw new CodegenError(
      `--${flag} is for one database, and the configuration has ${chosen.length}: choose one by --only.`,
    )
  }
  return chosen.map((each) => orderOf(flags, each, read))
}

/**
 * Puts flags and configuration together. Paths in flags are relative to the working folder, those in a configuration
 * to the folder of its file.
 *
 * @throws {@link CodegenError} for flags that do not go together.
 */
function orderOf(flags: SettingFlags, { name, config }: NamedConfig, { folder }: ReadConfig): Order {
  const { schema: _schema, url: _url, out = 'generated', docs, ...settings } = config
  const { schema: _files, url: _database, out: outFlag, docs: docsFlag, ...chosen } = flags
  checkConfig(chosen)
  if (outFlag?.trim() === '') {
    throw new CodegenError('The output folder has no name. Give one, such as --out generated.')
  }
  if (docsFlag?.trim() === '') {
    throw new CodegenError('The page has no name. Give one, such as --docs schema.md.')
  }
  return {
    name,
    source: sourceOf(flags, { name, config }, folder),
    out: outFlag ?? pathIn(folder, out),
    docs: docsFlag ?? (docs && pathIn(folder, docs)),
    settings: withoutUndefined({ ...settings, ...chosen }),
    settingsFolder: folder,
  }
}

function sourceOf(flags: SettingFlags, { name, config }: NamedConfig, folder: string): SchemaSource {
  if (flags.schema !== undefined && flags.url !== undefined) {
    throw new CodegenError('Give --schema or --url, not both: the schema comes from one place.')
  }
  if (flags.schema !== undefined) return { files: flags.schema }
  if (flags.url !== undefined) {
    checkUrl(flags.url, '--url')
    return { url: flags.url }
  }
  const { schema, url } = config
  if (url !== undefined) return { url }
  if (schema === undefined && name !== undefined) {
    throw new CodegenError(
      `databases.${name} has neither schema nor url. Say where its schema comes from; is a variable of the environment not set?`,
    )
  }
  const file = 'schema.sql'
  const inEnvironment = process.env['DATABASE_URL']
  if (schema === undefined && inEnvironment && !existsSync(pathIn(folder, file))) {
    checkUrl(inEnvironment, 'DATABASE_URL')
    return { url: inEnvironment }
  }
  return { files: [schema ?? file].flat().map((file) => pathIn(folder, file)) }
}

/** As short as it was written where that is possible, for messages. */
function pathIn(folder: string, path: string): string {
  return folder === process.cwd() ? path : resolve(folder, path)
}

function withoutUndefined(settings: Omit<DatabaseConfig, 'schema' | 'url' | 'out' | 'docs'>): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

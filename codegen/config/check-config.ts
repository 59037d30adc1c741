import { type Check, flag, listOf, oneOf, recordOf, shape, text, textOr, wrong } from './check.js'
import { CONVERTIBLE, PRESETS } from '../model/type-settings.js'
import { checkPlugins } from './check-plugins.js'
import { OF_ONE } from './databases.js'
import type { Config, DatabaseConfig } from './settings.js'

/** JavaScript's identifiers; what is reserved for other uses is found where the names are given. */
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

const identifier: Check = (value, at) => {
  text(value, at)
  if (!IDENTIFIER.test(String(value))) {
    throw wrong(at, `is ${JSON.stringify(value)}, which is no identifier. Write one like orderItems.`)
  }
}

/** Those that are no codec have types of our own. */
const CODECS = CONVERTIBLE.flatMap(({ readings }) => readings.map(({ row }) => row)).filter(
  (row) => !row.includes('Json'),
)

const codec = oneOf(...new Set(CODECS))

/** How a type or a column is read. */
export const typeSetting = textOr(checkTypeSetting, codec)

const typeSettings = recordOf(typeSetting)

const tableName: Check = (value, at) => {
  shape({ repository: identifier, row: identifier })(value, at)
  if (Object.values(value as object).every((name) => name === undefined)) {
    throw wrong(at, "names nothing: give it like { repository: 'people', row: 'Person' }.")
  }
}

const settings: Readonly<Record<keyof DatabaseConfig, Check>> = {
  schema: textOr(listOf(text)),
  url: checkUrl,
  skipExtensions: listOf(text),
  out: text,
  docs: text,
  schemas: listOf(text),
  include: listOf(text),
  exclude: listOf(text),
  functions: checkFunctions,
  naming: oneOf('camelCase', 'asIs'),
  names: shape({
    tables: recordOf(textOr(tableName, identifier)),
    columns: recordOf(identifier),
    types: recordOf(identifier),
    singulars: recordOf(text),
    functions: recordOf(identifier),
  }),
  relations: recordOf(
    textOr(shape({ to: text, name: identifier, inverse: identifier, through: identifier })),
  ),
  keys: recordOf(listOf(text)),
  preset: oneOf(...Object.keys(PRESETS)),
  types: typeSettings,
  columns: typeSettings,
  brandedIds: flag,
  checkUnions: flag,
  commentTags: flag,
  enums: oneOf('union', 'const'),
  kyselyValues: oneOf('sluice', 'pg'),
  kyselyCamelCase: flag,
  followSearchPath: flag,
  tenants: listOf(text),
  importExtension: oneOf('.js', '.ts', ''),
  layout: oneOf('flat', 'schemas'),
  header: text,
  validators: oneOf('zod', 'valibot'),
  plugins: checkPlugins,
}

/**
 * Checks the form of a configuration. What its names refer to is checked once the schema is known.
 *
 * @throws {@link CodegenError} that names the setting, what is wrong with it and what is right.
 */
export function checkConfig(config: unknown): asserts config is Config {
  shape({ ...settings, databases: recordOf(shape(settings)) })(config, '')
  const { databases, ...own } = config as Config
  checkSource(own, '')
  if (databases === undefined) return
  const names = Object.keys(databases)
  if (names.length === 0) throw wrong('databases', 'is empty. Leave it out, or name one: { main: { … } }.')
  for (const name of names) {
    if (!/^[\w-]+$/.test(name)) {
      throw wrong(
        `databases[${JSON.stringify(name)}]`,
        'is no name for a folder. Write letters, digits, _ and -.',
      )
    }
    checkSource(databases[name] ?? {}, `databases.${name}.`)
  }
  const shared = OF_ONE.find((key) => own[key] !== undefined)
  if (shared === undefined) return
  throw wrong(shared, `cannot be the same for several databases: set databases.${names[0] ?? ''}.${shared}.`)
}

function checkSource({ schema, url }: DatabaseConfig, at: string): void {
  if (schema === undefined || url === undefined) return
  throw wrong(`${at}schema and ${at}url`, 'are both set: the schema comes from one place.')
}

/** What was given is not repeated: it may hold a password. */
export function checkUrl(value: unknown, at: string): void {
  if (typeof value === 'string' && /^postgres(?:ql)?:\/\//.test(value)) return
  throw wrong(at, 'takes a PostgreSQL URL: postgres://user:password@host:5432/database')
}

function checkFunctions(value: unknown, at: string): void {
  if (typeof value === 'boolean') return
  if (Array.isArray(value)) listOf(text)(value, at)
  else if (typeof value === 'object' && value !== null)
    shape({ include: listOf(text), exclude: listOf(text) })(value, at)
  else throw wrong(at, "has to be true, false, or names and globs: ['search_*', 'api.*'].")
}

function checkTypeSetting(value: unknown, at: string): void {
  shape({ codec, type: text, import: textOr(shape({ from: text, name: identifier })) })(value, at)
  const { codec: name, type, import: from } = value as Record<string, unknown>
  if (name === undefined && type === undefined) {
    throw wrong(
      at,
      "sets nothing: give it like { type: 'Email', import: './src/email.js' } or { codec: 'number' }.",
    )
  }
  if (from === undefined) return
  if (type === undefined) throw wrong(at, 'has an import, but no type to import.')
  if (typeof from !== 'object' || from === null) return
  for (const key of ['from', 'name']) {
    if (!Object.hasOwn(from, key))
      throw wrong(`${at}.import`, `has no "${key}". Write import: '…', or give both.`)
  }
}

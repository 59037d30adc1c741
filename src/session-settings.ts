import type { OptionCheck } from './options.js'

/** Settings of a session by their names, as `set_config` takes them: `{ 'app.tenant': 42, role: 'reporting' }`. */
export type SessionSettings = Readonly<Record<string, string | number | bigint | boolean>>

const NAME = /^[a-z_][\w$]*(?:\.[a-z_][\w$]*)*$/i

/** A setting as it is; null for one that nobody has set. */
export interface HeldSetting {
  readonly name: string
  readonly value: string | null
}

/** What gives the rights to set others comes last, and is taken back first. */
const RIGHTS = new Set(['role', 'session_authorization'])

export const sessionSettings: OptionCheck = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    return "must be an object of settings, such as { 'app.tenant': 42 }"
  for (const [name, setting] of Object.entries(value)) {
    if (!NAME.test(name)) return `has "${name}", which cannot name a setting`
    const isText = typeof setting === 'string' && !/[\0\p{Surrogate}]/u.test(setting)
    const isNumber = typeof setting === 'bigint' || Number.isFinite(setting)
    if (isText || isNumber || typeof setting === 'boolean') continue
    return `must have a string, a finite number or a boolean for "${name}"`
  }
  return undefined
}

/** Whether they lead names of tables and types elsewhere. */
export function setsSearchPath(settings: SessionSettings): boolean {
  return Object.keys(settings).some((name) => name.toLowerCase() === 'search_path')
}

/** A statement, and its parameters as text. */
export interface SettingStatement {
  readonly sql: string
  readonly parameters: readonly string[]
}

/**
 * Sets settings until the transaction ends, or for the session. As a condition, so that it returns no row: between
 * other messages nobody waits for one. Names and values are parameters.
 */
export function setConfig(settings: SessionSettings, isLocal: boolean): SettingStatement {
  const given = Object.entries(settings).map(([name, value]) => [name, String(value)] as const)
  const isRight = ([name]: readonly [string, unknown]) => RIGHTS.has(name.toLowerCase())
  return setting([...given.filter((each) => !isRight(each)), ...given.filter(isRight)], isLocal)
}

/** Asks what settings are, in the order in which they are to be set back: `name`, and `value`, null for one never set. */
export function askConfig(settings: SessionSettings): SettingStatement {
  const names = Object.keys(settings)
  const isRight = (name: string) => RIGHTS.has(name.toLowerCase())
  const ordered = [...names.filter(isRight), ...names.filter((name) => !isRight(name))]
  return {
    sql: 'select value as name, pg_catalog.current_setting(value, true) as value from pg_catalog.json_array_elements_text($1::pg_catalog.json)',
    parameters: [JSON.stringify(ordered)],
  }
}

/** Sets settings back, in their order, until the transaction ends. */
export function restoreConfig(held: readonly HeldSetting[]): SettingStatement {
  return setting(
    held.map(({ name, value }) => [name, value]),
    true,
  )
}

function setting(
  settings: readonly (readonly [string, string | null])[],
  isLocal: boolean,
): SettingStatement {
  const call = `pg_catalog.set_config(each->>0, each->>1, ${isLocal})`
  return {
    sql: `select from pg_catalog.json_array_elements($1::pg_catalog.json) as each where ${call} is null`,
    parameters: [JSON.stringify(settings)],
  }
}

import { isAbsolute, relative, resolve, sep } from 'node:path'
import { CodegenError } from '../errors.js'
import { didYouMean } from './did-you-mean.js'
import type { Config, DatabaseConfig } from './settings.js'

/** One of the databases of a configuration. */
export interface NamedConfig {
  /** Undefined where the configuration is that of one database. */
  readonly name: string | undefined
  readonly config: DatabaseConfig
}

/**
 * The databases of a configuration, each with what is set for all of them.
 *
 * @param folder - what paths in it are relative to.
 * @throws {@link CodegenError} for two that would write to one folder or page.
 */
export function databasesOf(config: Config, folder: string): NamedConfig[] {
  const { databases, ...shared } = config
  if (databases === undefined) return [{ name: undefined, config: shared }]
  const named = Object.entries(databases).map(([name, own]) => ({
    name,
    config: { ...shared, out: `generated/${name}`, ...withoutUndefined(own) },
  }))
  for (const [index, one] of named.entries()) {
    for (const other of named.slice(0, index)) checkApart(other, one, folder)
  }
  return named
}

/**
 * The databases that are meant: those named, or all.
 *
 * @param only - what `--only` names.
 * @throws {@link CodegenError} for a name of none.
 */
export function chosenOf(named: readonly NamedConfig[], only: readonly string[] | undefined): NamedConfig[] {
  if (only === undefined) return [...named]
  const known = named.flatMap(({ name }) => name ?? [])
  for (const name of only) {
    if (known.includes(name)) continue
    throw new CodegenError(
      known.length === 0
        ? `--only ${name} chooses among the databases of a configuration, which this one does not have.`
        : `--only ${name} names no database of the configuration.${didYouMean(name, known)}`,
    )
  }
  return named.filter(({ name }) => name !== undefined && only.includes(name))
}

function checkApart(left: NamedConfig, right: NamedConfig, folder: string): void {
  const names = `databases.${left.name ?? ''} and databases.${right.name ?? ''}`
  const [one, other] = [left, right].map(({ config }) => resolve(folder, config.out ?? '')) as [
    string,
    string,
  ]
  if (isWithin(one, other) || isWithin(other, one)) {
    throw new CodegenError(
      `${names} both write to ${right.config.out ?? ''}, or one inside the other: each needs a folder of its own as "out".`,
    )
  }
  const [page, otherPage] = [left, right].map(({ config }) => config.docs && resolve(folder, config.docs))
  if (page !== undefined && page === otherPage) {
    throw new CodegenError(`${names} both write the page ${right.config.docs ?? ''}: each needs its own.`)
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way.split(sep)[0] !== '..' && !isAbsolute(way)
}

function withoutUndefined(config: DatabaseConfig): DatabaseConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
}

/** What a configuration of several has to say for each. */
export const OF_ONE = ['schema', 'url', 'out', 'docs'] as const satisfies readonly (keyof Config)[]

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CodegenError, messageOf } from './errors.js'
import type { RelationSettings } from './model/relations/settings.js'

/** What the default export of `sluice.config.ts` may hold. */
export interface Config {
  /** Names for relations, by constraint: `{ 'public.posts_author_id_fkey': { name: 'author', inverse: 'posts' } }`. */
  readonly relations?: RelationSettings
}

const DEFAULT_FILES = ['sluice.config.ts', 'sluice.config.js', 'sluice.config.mjs']

/**
 * The configuration in `file`, or in the first default file of the working folder; empty when there is none.
 *
 * @throws {@link CodegenError} when the file given is missing, does not load, or holds anything unknown.
 */
export async function readConfig(file?: string): Promise<Config> {
  const path = file ?? DEFAULT_FILES.find((name) => existsSync(name))
  if (path === undefined) return {}
  if (!existsSync(path)) throw new CodegenError(`There is no configuration file ${path}.`)
  const config = await load(path)
  if (!isObject(config)) {
    throw new CodegenError(`${path} has to export an object by default: export default { relations: {} }.`)
  }
  const unknown = Object.keys(config).find((key) => key !== 'relations')
  if (unknown !== undefined) {
    throw new CodegenError(`${path} sets "${unknown}", which is not known. Known is relations.`)
  }
  if (config['relations'] !== undefined && !isObject(config['relations'])) {
    throw new CodegenError(`relations in ${path} has to be an object of names by constraint.`)
  }
  // The names themselves are checked beside the foreign keys they are for.
  return config
}

async function load(path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(resolve(path)).href)) as { readonly default?: unknown }
    return module.default
  } catch (error) {
    const hint =
      error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? ' This Node does not read TypeScript: write sluice.config.js, or run with NODE_OPTIONS="--import tsx".'
        : ''
    throw new CodegenError(`Could not load ${path}: ${messageOf(error)}${hint}`, { cause: error })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

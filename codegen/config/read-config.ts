import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import { CodegenError, messageOf } from '../errors.js'
import { checkConfig } from './check-config.js'
import type { Config } from './settings.js'

/** A configuration as it was found. */
export interface ReadConfig {
  readonly config: Config
  /** The file it is from; undefined without one. */
  readonly file: string | undefined
  /** Its folder, which the paths in it are relative to; without a file the working folder. */
  readonly folder: string
}

/** Where a configuration is looked for, the first first. */
export const CONFIG_FILES = ['sluice.config.ts', 'sluice.config.mts', 'sluice.config.js', 'sluice.config.mjs']

/**
 * The configuration in `file`, or in the first default file of the working folder; empty when there is none. It is
 * read anew at each call.
 *
 * @throws {@link CodegenError} when the file given is missing, does not load, or holds what is not known.
 */
export async function readConfig(file?: string): Promise<ReadConfig> {
  const path = file ?? CONFIG_FILES.find((name) => existsSync(name))
  if (path === undefined) return { config: {}, file: undefined, folder: process.cwd() }
  if (!existsSync(path)) {
    throw new CodegenError(`There is no configuration file ${path}. Write one with "sluice init".`)
  }
  const config = await load(path)
  if (config === undefined) {
    throw new CodegenError(
      `${path} has to export its settings by default: export default defineConfig({ … }).`,
    )
  }
  try {
    checkConfig(config)
  } catch (error) {
    throw error instanceof CodegenError ? new CodegenError(`${path}: ${error.message}`) : error
  }
  return { config, file: resolve(path), folder: dirname(resolve(path)) }
}

/** Node reads TypeScript of itself only since 22.18, and keeps what it has read. */
async function load(path: string): Promise<unknown> {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  const entry = fileURLToPath(new URL(`./define-config${extension}`, import.meta.url))
  // The configuration finds `sluice/config` in the generator that runs, wherever that is installed.
  const jiti = createJiti(import.meta.url, {
    alias: { 'sluice/config': entry },
    moduleCache: false,
    fsCache: false,
    tryNative: false,
  })
  try {
    const module = await jiti.import<object>(resolve(path))
    return 'default' in module ? module.default : undefined
  } catch (error) {
    throw new CodegenError(`Could not load ${path}: ${messageOf(error)}`, { cause: error })
  }
}

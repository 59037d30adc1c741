import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { CodegenError } from '../errors.js'
import { isDirectoryDump } from '../script-text/restore.js'
import { scriptsIn } from './folder.js'
import { inOrder } from './file-order.js'

/** What `schema` names, file by file. */
export interface FoundScripts {
  /** In the order in which they are run. */
  readonly files: readonly string[]
  /** Folders that decide which files there are: one that is added changes the schema. */
  readonly folders: readonly string[]
}

/** How many files are looked at below a glob. */
const MOST_FILES = 100_000

/** Folders that no schema is in. */
const PASSED = new Set(['node_modules', '.git'])

/**
 * The scripts of files, folders and globs, each in its place. Those of a folder come in the order of the migration tool
 * that the folder is of.
 *
 * @throws CodegenError for what is not there, matches nothing, or holds no SQL.
 */
export async function findScripts(names: readonly string[]): Promise<FoundScripts> {
  const files: string[] = []
  const folders: string[] = []
  for (const name of names) {
    const found = await stat(name).catch(() => undefined)
    if (found?.isDirectory()) {
      if (await isDirectoryDump(name)) files.push(name)
      else files.push(...(await scriptsIn(name)))
      folders.push(name)
    } else if (found !== undefined) files.push(name)
    else if (isGlob(name)) {
      const { base } = picomatch.scan(name)
      files.push(...(await matching(name, base)))
      folders.push(base === '' ? '.' : base)
    } else throw missing(name)
  }
  return { files: [...new Set(files)], folders }
}

function isGlob(name: string): boolean {
  return picomatch.scan(name).isGlob
}

function missing(name: string): CodegenError {
  return new CodegenError(
    `There is no schema file ${name}. Give one with --schema, or a database with --url postgres://…, or by DATABASE_URL.`,
  )
}

async function matching(glob: string, base: string): Promise<string[]> {
  const isMatch = picomatch(glob.replace(/^\.\//, ''))
  const files: string[] = []
  for await (const file of filesBelow(base)) {
    if (isMatch(file.replaceAll('\\', '/').replace(/^\.\//, ''))) files.push(file)
  }
  if (files.length > 0) return inOrder(files)
  throw new CodegenError(
    `No file matches ${glob}. Globs are taken from the folder of the configuration, flags from here.`,
  )
}

/** Every file below a folder. @throws CodegenError where there are too many for it to be meant. */
async function* filesBelow(base: string): AsyncGenerator<string> {
  let count = 0
  const open = [base]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = await readdir(folder === '' ? '.' : folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const path = folder === '' ? entry.name : join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!PASSED.has(entry.name)) open.push(path)
      } else yield path
      if (++count > MOST_FILES)
        throw new CodegenError(`There are too many files below ${base === '' ? '.' : base}.`)
    }
  }
}

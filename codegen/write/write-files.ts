import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { GeneratedFile } from '../emit/source.js'
import { CodegenError, messageOf } from '../errors.js'
import type { Changes } from './changes.js'

/**
 * Brings a folder up to date. New texts are first written in full to a folder beside it and then renamed into place,
 * so that no file is ever seen half-written; files that are up to date are not touched.
 *
 * @throws {@link CodegenError} when the folder cannot be written.
 */
export async function writeFiles(
  folder: string,
  files: readonly GeneratedFile[],
  changes: Changes,
): Promise<void> {
  const target = resolve(folder)
  const names = new Set([...changes.added, ...changes.changed])
  try {
    await mkdir(target, { recursive: true })
    const staging = await mkdtemp(join(dirname(target), `.${basename(target)}-`))
    try {
      const pending = files.filter((file) => names.has(file.name))
      for (const file of pending) await writeFile(join(staging, file.name), file.text)
      for (const file of pending) await rename(join(staging, file.name), join(target, file.name))
      for (const name of changes.removed) await rm(join(target, name))
    } finally {
      await rm(staging, { recursive: true, force: true })
    }
  } catch (error) {
    throw new CodegenError(`Cannot write to the output folder ${folder}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

import { mkdir, mkdtemp, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { GeneratedFile } from '../emit/source.js'
import { CodegenError, messageOf } from '../errors.js'
import type { Changes } from './changes.js'

/**
 * Brings a folder up to date. New texts are first written in full to a hidden folder in it and then renamed into place,
 * so that no file is ever seen half-written; files that are up to date are not touched. What is around it may be on
 * another file system, or not ours to write.
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
  const pending = files.filter((file) => names.has(file.name))
  try {
    await mkdir(target, { recursive: true })
    if (pending.length > 0) await writeAll(target, pending)
    for (const name of changes.removed) await rm(join(target, name))
    await removeEmpty(target, changes.removed)
  } catch (error) {
    throw new CodegenError(`Cannot write to the output folder ${folder}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

async function writeAll(target: string, files: readonly GeneratedFile[]): Promise<void> {
  const staging = await mkdtemp(join(target, '.sluice-'))
  try {
    for (const [index, { text }] of files.entries()) await writeFile(join(staging, String(index)), text)
    for (const [index, { name }] of files.entries()) {
      await mkdir(dirname(join(target, name)), { recursive: true })
      await rename(join(staging, String(index)), join(target, name))
    }
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Folders inside that have lost their last file go with it. */
async function removeEmpty(target: string, removed: readonly string[]): Promise<void> {
  const folders = new Set(removed.map((name) => dirname(name)).filter((name) => name !== '.'))
  for (const name of folders) {
    await rmdir(join(target, name)).catch((error: unknown) => {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error
    })
  }
}

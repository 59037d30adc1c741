import type { Dirent } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { headerOf, isOurs } from '../emit/header.js'
import { CodegenError, messageOf } from '../errors.js'

/** What a folder holds: our files with their texts, and the names of everything else. */
interface Contents {
  readonly files: Map<string, string>
  readonly foreign: string[]
}

/**
 * The generated files of a folder and those in it, by their paths inside it with slashes; none if it does not exist.
 * Names that begin with a dot are not looked at: they are the business of other tools.
 *
 * @throws {@link CodegenError} when anything in it is not ours, so that nothing of others is ever written over.
 */
export async function readGenerated(folder: string): Promise<Map<string, string>> {
  const { files, foreign } = await read(folder, '')
  if (foreign.length > 0) {
    const shown =
      foreign.slice(0, 5).join(', ') + (foreign.length > 5 ? `, … (${foreign.length} in all)` : '')
    throw new CodegenError(
      `The output folder ${folder} holds what the generator has not written: ${shown}. ` +
        'Nothing was changed. Move it elsewhere, or give another folder with --out.',
    )
  }
  return files
}

async function read(root: string, path: string): Promise<Contents> {
  const files = new Map<string, string>()
  const foreign: string[] = []
  for (const entry of await list(join(root, path))) {
    const name = posix.join(path, entry.name)
    if (entry.isDirectory() && path === '') {
      const inside = await read(root, name)
      // Ours are one level deep. A folder that none of our files is in was made by somebody else, and is theirs as a whole.
      if (inside.files.size === 0) foreign.push(name)
      else foreign.push(...inside.foreign)
      for (const [file, text] of inside.files) files.set(file, text)
      continue
    }
    const text =
      entry.isFile() && headerOf(name) !== undefined ? await readFile(join(root, name), 'utf8') : ''
    if (isOurs(name, text)) files.set(name, text.replaceAll('\r\n', '\n'))
    else foreign.push(name)
  }
  return { files, foreign }
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.filter((entry) => !entry.name.startsWith('.'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new CodegenError(`Cannot use ${folder} as the output folder: ${messageOf(error)}`, { cause: error })
  }
}

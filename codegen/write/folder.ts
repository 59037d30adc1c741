import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CodegenError, messageOf } from '../errors.js'
import { HEADER } from '../emit/header.js'

/** How every version of the generator has begun its files. */
const MARK = HEADER.slice(0, HEADER.indexOf('.'))

/**
 * The generated files of a folder with their texts; none if it does not exist. Names that begin with a dot are not
 * looked at: they are the business of other tools.
 *
 * @throws {@link CodegenError} when anything in it is not ours, so that nothing of others is ever written over.
 */
export async function readGenerated(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const foreign: string[] = []
  for (const { name, isFile } of await list(folder)) {
    const text = isFile && name.endsWith('.ts') ? await readFile(join(folder, name), 'utf8') : ''
    if (text.startsWith(MARK)) files.set(name, text.replaceAll('\r\n', '\n'))
    else foreign.push(name)
  }
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

async function list(folder: string): Promise<{ name: string; isFile: boolean }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter((entry) => !entry.name.startsWith('.'))
      .map((entry) => ({ name: entry.name, isFile: entry.isFile() }))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new CodegenError(`Cannot use ${folder} as the output folder: ${messageOf(error)}`, { cause: error })
  }
}

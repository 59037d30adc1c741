import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { CodegenError, messageOf } from '../errors.js'
import { decode } from './encoding.js'
import { formatOf, foreignText } from './format.js'
import { isDirectoryDump, restored } from './restore.js'
import { unpacked } from './unpack.js'
import { upSections } from './up-sections.js'

/** As much as one string can hold of an encoding with one byte for each character. */
const MAX_BYTES = 0x1fffffe8

/**
 * The SQL of a file, whatever it is packed in: text in any encoding that says what it is, compressed text, a dump in one
 * of pg_dump's own formats, or a folder of such a dump. Of a migration, what goes up.
 *
 * @throws CodegenError that names the file, says what it is, and what to do about it.
 */
export async function readScript(path: string): Promise<string> {
  if (await isDirectoryDump(path)) return restored(path)
  const bytes = await contents(path)
  const format = formatOf(bytes)
  if (format?.kind === 'archive') return restored(path)
  if (format?.kind !== 'compressed') return upSections(textOf(path, bytes))
  const inner = await unpacked(path, bytes, format)
  const within = formatOf(inner)
  if (within?.kind === 'archive') return restored(path, inner)
  if (within?.kind === 'compressed') {
    throw new CodegenError(
      `${path} is compressed twice (${format.name}, then ${within.name}): unpack it first.`,
    )
  }
  return upSections(textOf(path, inner))
}

function textOf(path: string, bytes: Buffer): string {
  const format = formatOf(bytes)
  if (format?.kind === 'other')
    throw new CodegenError(`${path} is ${format.name}, and no SQL. ${format.advice}`)
  if (bytes.length > MAX_BYTES) throw tooLarge(path)
  const text = decode(path, bytes)
  const foreign = foreignText(text, basename(path))
  if (foreign !== undefined) throw new CodegenError(`${path} is ${foreign.name}. ${foreign.advice}`)
  return text
}

async function contents(path: string): Promise<Buffer> {
  try {
    if ((await stat(path)).size > 2 ** 31 - 1) throw tooLarge(path)
    return await readFile(path)
  } catch (error) {
    if (error instanceof CodegenError) throw error
    throw new CodegenError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error })
  }
}

function tooLarge(path: string): CodegenError {
  return new CodegenError(
    `${path} is larger than can be read at once. Its rows are not needed: dump it with pg_dump --schema-only.`,
  )
}

import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CodegenError, messageOf } from '../errors.js'

const PROGRAM = 'pg_restore'

/** Whether a folder is a dump in the directory format. */
export async function isDirectoryDump(path: string): Promise<boolean> {
  const isThere = async (name: string): Promise<boolean> =>
    (await stat(join(path, name)).catch(() => undefined))?.isFile() ?? false
  return (await isThere('toc.dat')) || (await isThere('toc.dat.gz'))
}

/**
 * The structure in a dump of one of pg_dump's own formats, as SQL. It is `pg_restore` that reads it, without a server.
 *
 * @param bytes what the file holds, where it was unpacked first.
 * @throws CodegenError when `pg_restore` is not installed, or cannot read it: it may be of an older version.
 */
export async function restored(path: string, bytes?: Buffer): Promise<string> {
  const child = spawn(PROGRAM, ['--schema-only', '--file=-', ...(bytes === undefined ? ['--', path] : [])], {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const [out, errors]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  // It may end before it has read all, which its exit says.
  child.stdin.on('error', () => undefined)
  child.stdin.end(bytes)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(notInstalled(path, error)))
    child.once('close', resolve)
  })
  if (code === 0) return Buffer.concat(out).toString('utf8')
  throw unreadable(path, Buffer.concat(errors).toString('utf8').trim())
}

const PLAIN = 'or write the dump as SQL where it was made: pg_dump --schema-only'

function notInstalled(path: string, error: unknown): CodegenError {
  const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not installed' : messageOf(error)
  return new CodegenError(
    `${path} is a dump in a format that only ${PROGRAM} reads, and ${PROGRAM} ${reason}. ` +
      `Install PostgreSQL's client programs, ${PLAIN}.`,
    { cause: error },
  )
}

function unreadable(path: string, said: string): CodegenError {
  const isNewer = /unsupported version/.test(said)
  const advice = isNewer
    ? `The dump is of a newer pg_dump than this ${PROGRAM} knows. Install the client programs of that version, ${PLAIN}.`
    : `It is damaged, or no dump after all. Dump it again, ${PLAIN}.`
  return new CodegenError(`${path}: ${said}\n${advice}`)
}

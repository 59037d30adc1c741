import { execFile } from 'node:child_process'
import { chmod, chown, copyFile, lstat, mkdir, readdir, readFile, readlink, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { CodegenError, messageOf } from '../errors.js'
import type { Account } from './account.js'

const run = promisify(execFile)

/** PostgreSQL's files, checked to run under the server's account. */
export interface NativeFiles {
  readonly folder: string
  /** The major version, such as 18. */
  readonly version: number
}

/**
 * Makes the installed files usable by the server's account. What the package's install script would have done
 * (links between libraries, executable bits) is done here, since npm may be told to run no install scripts. Where the
 * account cannot reach the files, or they cannot be completed in place, a copy in `copyTo` is used.
 *
 * @throws CodegenError when PostgreSQL does not run from the copy either, with what it said.
 */
export async function prepareNativeFiles(
  installed: string,
  account: Account,
  copyTo: string,
): Promise<NativeFiles> {
  try {
    await complete(installed)
    return { folder: installed, version: await majorVersion(installed, account) }
  } catch {
    // Tried again in the copy, whose error is the one that tells.
  }
  try {
    await copyFolder(installed, copyTo, account)
    await complete(copyTo)
    return { folder: copyTo, version: await majorVersion(copyTo, account) }
  } catch (error) {
    throw new CodegenError(`PostgreSQL does not run on this machine: ${messageOf(error).trim()}`)
  }
}

/** The path of one of PostgreSQL's programs. */
export function program(files: Pick<NativeFiles, 'folder'>, name: 'postgres' | 'initdb'): string {
  return join(files.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

async function complete(folder: string): Promise<void> {
  await addMissingLinks(folder)
  for (const name of ['postgres', 'initdb'] as const) {
    const file = program({ folder }, name)
    const { mode } = await lstat(file)
    if ((mode & 0o111) !== 0o111) await chmod(file, mode | 0o555)
  }
}

async function addMissingLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const root = dirname(folder)
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // Paths begin with the folder's own name in the package; a copy may have another.
    const [from, to] = [source, target].map((path) => join(folder, relative('native', path))) as [
      string,
      string,
    ]
    if (!to.startsWith(root) || (await lstat(to).catch(() => undefined))) continue
    await symlink(relative(dirname(to), from), to).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Running it under the account proves at once that files can be reached and libraries are found. */
async function majorVersion(folder: string, account: Account): Promise<number> {
  const { stdout } = await run(program({ folder }, 'postgres'), ['--version'], { ...account, cwd: '/' })
  const version = /\) (\d+)/.exec(stdout)?.[1]
  if (version === undefined) throw new Error(`"postgres --version" answered ${JSON.stringify(stdout)}`)
  return Number(version)
}

async function copyFolder(from: string, to: string, account: Account): Promise<void> {
  await mkdir(to, { mode: 0o755 })
  if (account.uid !== undefined && account.gid !== undefined) await chown(to, account.uid, account.gid)
  const entries = await readdir(from, { withFileTypes: true })
  await Promise.all(
    entries.map(async (entry) => {
      const [source, copy] = [join(from, entry.name), join(to, entry.name)]
      if (entry.isDirectory()) return copyFolder(source, copy, account)
      if (entry.isSymbolicLink()) return symlink(await readlink(source), copy)
      await copyFile(source, copy)
      await chmod(copy, 0o755)
    }),
  )
}

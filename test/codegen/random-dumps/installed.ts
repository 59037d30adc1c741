import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findNativeFolder, folderUrl } from '../../../codegen/server/binaries.js'
import { startServer, type Server } from '../../../codegen/server/index.js'
import { startKeeper } from '../../../codegen/server/keeper-process.js'
import { isPostgresInstalled, postgresFolder, postgresVersions } from '../../../scripts/postgres-versions.js'

/** The client programs of one version of PostgreSQL, `pg_dump` among them. */
export interface Clients {
  readonly major: number
  readonly folder: string
}

/** A version of PostgreSQL that can be started. */
export interface Installed {
  readonly major: number
  readonly start: () => Promise<Server>
}

const root = fileURLToPath(new URL('../../..', import.meta.url))

const DEBIAN = '/usr/lib/postgresql'

/** What Debian and its kin have, a folder for each version. */
function debianFolders(): string[] {
  return existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version)) : []
}

function embedded(): { readonly major: number; readonly installedIn: string }[] {
  const older = Object.keys(postgresVersions).map(Number).filter(isPostgresInstalled)
  const others = older.map((major) => ({ major, installedIn: postgresFolder(major) }))
  const own = versionOf(join(findNativeFolder([folderUrl(root)]), 'bin', 'postgres'))
  return [...others, ...(own === undefined ? [] : [{ major: own, installedIn: root }])]
}

function versionOf(program: string): number | undefined {
  if (!existsSync(program)) return undefined
  try {
    return Number(/\) (\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1])
  } catch {
    return undefined
  }
}

/** The first of each version, in the PATH, beside Debian's servers and beside those of npm. */
export function findClients(): Clients[] {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...debianFolders().map((folder) => join(folder, 'bin')),
    ...embedded().map(({ installedIn }) => join(findNativeFolder([folderUrl(installedIn)]), 'bin')),
  ]
  const found = new Map<number, Clients>()
  for (const folder of folders) {
    const major = versionOf(join(folder, 'pg_dump'))
    if (major !== undefined && major >= 14 && !found.has(major)) found.set(major, { major, folder })
  }
  return [...found.values()].sort((a, b) => b.major - a.major)
}

/** The newest first. */
export function findServers(): Installed[] {
  const found = new Map<number, Installed>()
  for (const { major, installedIn } of embedded())
    found.set(major, { major, start: () => startServer({ installedIn }) })
  for (const folder of debianFolders()) {
    const major = versionOf(join(folder, 'bin', 'postgres'))
    if (major === undefined || major < 14 || found.has(major)) continue
    found.set(major, { major, start: () => startIn(folder) })
  }
  return [...found.values()].sort((a, b) => b.major - a.major)
}

async function startIn(nativeFolder: string): Promise<Server> {
  const password = randomBytes(24).toString('hex')
  const keeper = await startKeeper({ nativeFolder, password, settings: {} }, () => undefined)
  const url = `postgres://postgres:${password}@127.0.0.1:${String(keeper.port)}/postgres`
  return { url, logFile: keeper.logFile, stop: () => keeper.stop() }
}

import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Account } from './account.js'

/** What a temporary server keeps on disk. The folder's name ends in a token that nobody can guess. */
export interface ServerFolder {
  readonly path: string
  readonly data: string
  readonly log: string
  readonly native: string
  readonly passwordFile: string
  /** Whom the folder belongs to, read by whoever finds it later. */
  readonly registry: string
}

export interface Registration {
  readonly keeper: number
  /** Process numbers mean nothing on another machine or in another container that shares the folder. */
  readonly host: string
}

export const folderPrefix = 'sluice-postgres-'

export function serverFolder(path: string): ServerFolder {
  return {
    path,
    data: join(path, 'data'),
    log: join(path, 'server.log'),
    native: join(path, 'native'),
    passwordFile: join(path, 'password'),
    registry: join(path, 'keeper.json'),
  }
}

/** Makes the folder and registers this process as its keeper. */
export async function createServerFolder(token: string, account: Account): Promise<ServerFolder> {
  const folder = serverFolder(join(await temporaryRoot(account), folderPrefix + token))
  await mkdir(folder.path, { mode: 0o700 })
  const registration: Registration = { keeper: process.pid, host: hostname() }
  await writeFile(folder.registry, JSON.stringify(registration), { mode: 0o600 })
  // The server's account has to pass through, and nobody can list.
  if (account.uid !== undefined) await chmod(folder.path, 0o711)
  return folder
}

export async function removeServerFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}

export async function readRegistration(folder: ServerFolder): Promise<Registration | undefined> {
  try {
    return JSON.parse(await readFile(folder.registry, 'utf8')) as Registration
  } catch {
    return undefined
  }
}

/** Every place where a server's folder may be. */
export function temporaryRoots(): string[] {
  return process.platform === 'win32' ? [tmpdir()] : [...new Set([tmpdir(), '/tmp'])]
}

async function temporaryRoot(account: Account): Promise<string> {
  if (account.uid === undefined) return tmpdir()
  for (const root of temporaryRoots()) if (await everyoneMayEnter(root)) return root
  return tmpdir()
}

async function everyoneMayEnter(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (!found || (found.mode & 0o001) === 0) return false
  return path === dirname(path) || everyoneMayEnter(dirname(path))
}

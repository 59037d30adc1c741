import { lstat, readdir, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { isProcess, shutDown } from './process.js'
import {
  folderPrefix,
  readRegistration,
  removeServerFolder,
  serverFolder,
  temporaryRoots,
  type ServerFolder,
} from './server-folder.js'

/** A keeper registers right after making its folder: one without a registration is given this long, in milliseconds. */
const registrationTime = 60_000

/**
 * Stops the servers whose keeper was killed, and removes their folders. Servers of a living keeper, of another user or
 * of another machine are left alone.
 */
export async function removeLeftovers(notify: (message: string) => void): Promise<void> {
  for (const root of temporaryRoots()) {
    for (const name of await readdir(root).catch(() => [])) {
      if (!name.startsWith(folderPrefix)) continue
      const folder = serverFolder(join(root, name))
      if (!(await isAbandoned(folder))) continue
      // Another start may be cleaning the same folder: what matters is that it goes.
      const stopped = await stopServer(folder).catch(() => false)
      if (!stopped) continue
      await removeServerFolder(folder.path).catch(() => undefined)
      notify('Removed a temporary PostgreSQL server that a killed process had left behind.')
    }
  }
}

async function isAbandoned(folder: ServerFolder): Promise<boolean> {
  const found = await lstat(folder.path).catch(() => undefined)
  if (!found?.isDirectory()) return false
  if (process.getuid !== undefined && found.uid !== process.getuid()) return false
  const registration = await readRegistration(folder)
  if (!registration) return Date.now() - found.mtimeMs > registrationTime
  if (registration.host !== hostname()) return false
  return !(await isProcess(registration.keeper, basename(folder.path).slice(folderPrefix.length)))
}

/** `postmaster.pid` names the server's process; the server's command line names the folder. */
async function stopServer(folder: ServerFolder): Promise<boolean> {
  const file = await readFile(join(folder.data, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(file, 10)
  return Number.isNaN(pid) || shutDown(pid, () => isProcess(pid, folder.path))
}

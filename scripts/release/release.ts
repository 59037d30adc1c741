/**
 * `npm run release -- 0.2.0`: makes a version out of what is under Unreleased, and publishes nothing. It sets the version,
 * dates the changelog, looks at what `npm pack` packs, commits and tags. What fails before the commit leaves all as it was.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../imports.js'
import { isLater, released } from './changelog.js'
import { faultsOf, type Packed } from './contents.js'

const [version = ''] = process.argv.slice(2)
const changelog = join(root, 'CHANGELOG.md')
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const { version: before } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string
}
if (!isLater(version, before)) throw new Error(`${version} does not come after ${before}.`)
if (run('git', 'status', '--porcelain') !== '') throw new Error('There is something that is not committed.')

try {
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(changelog, released(readFileSync(changelog, 'utf8'), version, date))
  run('npm', 'version', version, '--no-git-tag-version')
  const output = run('npm', 'pack', '--json', '--dry-run')
  const [packed] = JSON.parse(output.slice(output.indexOf('['))) as [Packed]
  const faults = faultsOf(packed)
  if (faults.length > 0) throw new Error(`The package is not fit to be published:\n${faults.join('\n')}`)
  run('git', 'commit', '--all', '--message', `Release ${version}`)
  run('git', 'tag', '--annotate', `v${version}`, '--message', `Version ${version}`)
  console.log(
    `${version} is committed and tagged: ${packed.files.length} files, ${packed.size} bytes packed.`,
  )
  console.log('Push the tag; from CI, "npm publish --provenance" says where it was built.')
} catch (error) {
  run('git', 'checkout', '--', '.')
  throw error
}

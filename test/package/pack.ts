import { execFile } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildPackage } from '../../scripts/build.js'

const run = promisify(execFile)

export const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Builds and packs what npm would publish. The build goes into `folder`, never into `dist`, which others may be
 * reading at the same time.
 *
 * @returns the path of the tarball.
 */
export async function packPackage(folder: string): Promise<string> {
  const built = join(folder, 'package')
  await mkdir(built)
  // The type check of the whole repository has these files too; what is emitted does not depend on it.
  await buildPackage(join(built, 'dist'), { check: false })
  for (const file of ['package.json', 'README.md', 'LICENSE'])
    await copyFile(join(root, file), join(built, file))
  // "prepack" would build once more.
  const options = ['--json', '--ignore-scripts', '--pack-destination', folder]
  const { stdout } = await run('npm', ['pack', ...options], {
    cwd: built,
    shell: process.platform === 'win32',
  })
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }]
  return join(folder, filename)
}

/** Unpacks it where npm would put it: `node_modules/sluice` of a project. */
export async function unpackInto(project: string, tarball: string): Promise<string> {
  const installed = join(project, 'node_modules', 'sluice')
  await mkdir(installed, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  return installed
}

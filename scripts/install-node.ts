import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cache = fileURLToPath(new URL('../node_modules/.cache/sluice', import.meta.url))

/** Installs a Node from npm, where it is published as `node`, and gives the folder of its program. */
export function installNode(range: string): string {
  const folder = join(cache, `node-${range.replaceAll(/[^\d.]/g, '')}`)
  const bin = join(folder, 'node_modules/node/bin')
  const program = join(bin, process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(program)) return bin
  console.log(`Installing Node ${range}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  // Its install script fetches the program for this platform.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `node@${range}`], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (!existsSync(program)) throw new Error(`npm's node@${range} brought no program for this platform.`)
  return bin
}

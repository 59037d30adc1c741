import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installNode } from './install-node.js'

/**
 * Type-checks and runs the tests on other versions of Node and Kysely, each in a copy of the checkout:
 *
 *     npm run test:matrix                     all of them
 *     npm run test:matrix -- 26+0.29          one
 *     npm run test:matrix -- 22+0.28 test/stream --bail 1
 *
 * What is no version goes to vitest.
 */
const nodes: Readonly<Record<string, string>> = { 20: '~20.19.0', 22: '22', 24: '24', 26: '26' }
const kyselys: Readonly<Record<string, string>> = { '0.28': '~0.28.0', '0.29': '~0.29.0' }

const root = fileURLToPath(new URL('..', import.meta.url))
const all = Object.keys(nodes).flatMap((node) => Object.keys(kyselys).map((kysely) => `${node}+${kysely}`))

const given = process.argv.slice(2)
const chosen = given.filter((argument) => /^\d+\+[\d.]+$/.test(argument))
const unknown = chosen.find((cell) => !all.includes(cell))
if (unknown !== undefined)
  throw new Error(`There is no ${unknown} in the matrix. There is ${all.join(', ')}.`)
const forVitest = given.filter((argument) => !chosen.includes(argument))

const failed = (chosen.length > 0 ? chosen : all).filter((cell) => !passes(cell))
if (failed.length > 0) {
  console.error(`Failed with Node + Kysely ${failed.join(', ')}.`)
  process.exitCode = 1
}

function passes(cell: string): boolean {
  const [node = '', kysely = ''] = cell.split('+')
  const bin = installNode(nodes[node] ?? node)
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-matrix-')))
  try {
    copyCheckout(folder)
    const run = runner(folder, bin)
    const installed = run('npm', 'ci', '--no-audit', '--no-fund')
    if (
      !installed ||
      !run('npm', 'install', '--no-save', '--no-audit', '--no-fund', `kysely@${kyselys[kysely]}`)
    )
      return false
    const { version } = JSON.parse(
      readFileSync(join(folder, 'node_modules/kysely/package.json'), 'utf8'),
    ) as {
      version: string
    }
    if (!version.startsWith(`${kysely}.`)) throw new Error(`npm installed Kysely ${version}, not ${kysely}.`)
    console.log(
      `Node ${node} (${spawnSync(join(bin, 'node'), ['--version']).stdout.toString().trim()}), Kysely ${version}`,
    )
    return (
      run('node', 'node_modules/typescript/bin/tsc', '-p', '.') &&
      run('node', 'node_modules/vitest/vitest.mjs', 'run', ...forVitest)
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function copyCheckout(folder: string): void {
  const left = new Set(['node_modules', 'dist', '.git'])
  cpSync(root, folder, { recursive: true, filter: (path) => !left.has(basename(path)) })
}

/** Runs commands in the copy, with another Node before all others. */
function runner(folder: string, bin: string): (command: string, ...args: string[]) => boolean {
  const beside = join(root, '../shared/schemas')
  const env = {
    ...process.env,
    PATH: [bin, process.env['PATH']].join(delimiter),
    // The copy does not lie where the sample databases are looked for.
    ...(existsSync(beside) && !process.env['SLUICE_SAMPLE_SCHEMAS'] && { SLUICE_SAMPLE_SCHEMAS: beside }),
  }
  return (command, ...args) => {
    const shell = process.platform === 'win32'
    return spawnSync(command, args, { cwd: folder, env, stdio: 'inherit', shell }).status === 0
  }
}

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findPython, type Field } from './contender-list.js'

const run = promisify(execFile)
const sources = fileURLToPath(new URL('natives/', import.meta.url))

/** A client in another language. */
interface Native {
  readonly name: string
  readonly module: string
  /** What of Debian's packages it needs. */
  readonly needs: string
  /** Makes its program in a folder; fails where something is not there. */
  readonly make: (
    folder: string,
  ) => Promise<{ readonly command: readonly string[]; readonly version: string }>
}

const natives: readonly Native[] = [
  { name: 'libpq', module: 'libpq.c', needs: 'gcc and libpq-dev', make: makeLibpq },
  {
    ...{ name: 'pgx', module: 'pgx.go', make: makePgx },
    needs: 'golang-go and golang-github-jackc-pgx-v5-dev (or v4)',
  },
  { name: 'asyncpg', module: 'asyncpg_client.py', needs: 'python3-asyncpg', make: findAsyncpg },
]

/** Compiles clients in other languages into a folder, as far as this machine has them: nothing is installed for them. */
export async function buildNatives(folder: string): Promise<Field> {
  await mkdir(folder, { recursive: true })
  const programs: Record<string, readonly string[]> = {}
  const skipped: Field['skipped'][number][] = []
  const versions: string[] = []
  for (const { name, module, needs, make } of natives) {
    try {
      const { command, version } = await make(folder)
      programs[module] = command
      versions.push(version)
    } catch {
      skipped.push({ name, modules: [module], reason: `it needs ${needs}, as Debian names them` })
    }
  }
  return { programs, skipped, versions }
}

async function makeLibpq(folder: string) {
  const program = join(folder, 'libpq')
  const { stdout } = await run('pg_config', ['--includedir', '--libdir', '--version'])
  const [headers = '', libraries = '', version = ''] = stdout.trim().split('\n')
  const places = [`-I${headers}`, `-L${libraries}`, '-lpq', '-lpthread']
  await run('gcc', ['-std=gnu11', '-O2', '-o', program, join(sources, 'libpq.c'), ...places])
  return { command: [program], version: version.replace('PostgreSQL', 'libpq').split(' (')[0] ?? version }
}

async function makePgx(folder: string) {
  // Where Debian's packages of Go libraries are.
  const libraries = '/usr/share/gocode'
  const found = ['v5', 'v4'].find((each) => existsSync(join(libraries, 'src/github.com/jackc/pgx', each)))
  if (found === undefined) throw new Error('There is no pgx.')
  const [source, program] = [join(folder, 'pgx.go'), join(folder, 'pgx')]
  await writeFile(source, (await readFile(join(sources, 'pgx.go'), 'utf8')).replace('pgx/v5', `pgx/${found}`))
  const env = { ...process.env, GO111MODULE: 'off', GOFLAGS: '', GOPATH: libraries }
  await run('go', ['build', '-o', program, source], { env })
  const { stdout } = await run('go', ['env', 'GOVERSION'])
  return { command: [program], version: `pgx ${found} on ${stdout.trim()}` }
}

async function findAsyncpg() {
  const found = await findPython('import asyncpg; print(f"asyncpg {asyncpg.__version__}")')
  if (found === undefined) throw new Error('There is no asyncpg.')
  return { command: [found.python, join(sources, 'asyncpg_client.py')], version: found.version }
}

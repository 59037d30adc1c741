import { spawn } from 'node:child_process'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle, KEEPER, WORKER, type Bundle } from '../support/bundle.js'
import { Scratch } from '../support/owned-server.js'
import { testServer } from '../support/test-server.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const main = 'examples/demo/main.ts'
/** Which the demo runs as processes of their own. */
const apart = ['examples/demo/generate.ts', 'examples/demo/sync-loop.ts', 'examples/demo/measure.ts']

let programs: Bundle

beforeAll(async () => {
  programs = await bundle(main, ...apart, KEEPER, WORKER)
})

afterAll(() => programs[Symbol.asyncDispose]())

interface Demo {
  readonly output: string
  readonly errors: string
  readonly exitCode: number | null
}

interface DemoOptions {
  readonly users?: string
  readonly environment?: NodeJS.ProcessEnv
  /** As `npm run demo` does. Default: as JavaScript, which starts sooner. */
  readonly fromSource?: boolean
  /** Sends a Ctrl-C, to the whole process group as a terminal does, once the output contains this. */
  readonly interruptAt?: string
}

/** Runs the demo without a terminal. */
async function runDemo(scratch: Scratch, options: DemoOptions = {}): Promise<Demo> {
  const { users = '3000', environment = {}, fromSource = false, interruptAt } = options
  const program = fromSource ? ['--import', loader, main] : [programs.path(main)]
  const child = spawn(process.execPath, [...program, '--users', users], {
    cwd: root,
    // What a continuous integration sets must not bring colours into a file.
    env: { ...process.env, TMPDIR: scratch.path, CI: 'true', FORCE_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  let errors = ''
  let interrupted = false
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (interruptAt === undefined || interrupted || !output.includes(interruptAt)) return
    interrupted = true
    process.kill(-(child.pid ?? 0), 'SIGINT')
  })
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { output, errors, exitCode }
}

/** What the demo has left: folders of its own and of its server, and its database. */
async function leftBehind(scratch: Scratch, { output }: Demo): Promise<string[]> {
  const folders = (await readdir(scratch.path)).filter((name) => name.startsWith('sluice-'))
  const database = /The database (sluice_demo_\w+)/.exec(output)?.[1]
  const client = new Client(testServer.url)
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE datname = $1',
    [database],
  )
  await client.end()
  return [...folders, ...rows.map((row) => row.datname)]
}

/** The number of a line of the output, as in `Wrote 3,000 users`. */
function figure(output: string, pattern: RegExp): number {
  return Number(pattern.exec(output)?.[1]?.replaceAll(',', ''))
}

function escaped(text: string): string {
  return text.replaceAll(/[()]/g, '\\$&')
}

const ownServer = { DATABASE_URL: '' }
const givenServer = { DATABASE_URL: testServer.url }

describe.runIf(process.platform !== 'win32')('the demo', { concurrent: true, timeout: 120_000 }, () => {
  it('goes from the schema to streamed loops on a server of its own, in plain text', async () => {
    await using scratch = await Scratch.create()
    // What the loader has compiled before is found there too.
    const cache = `tsx-${process.getuid?.() ?? 0}`
    await mkdir(join(tmpdir(), cache), { recursive: true })
    await symlink(join(tmpdir(), cache), join(scratch.path, cache))
    const demo = await runDemo(scratch, { environment: ownServer, fromSource: true })
    const { output } = demo
    expect(demo.errors).toBe('')
    expect(demo.exitCode).toBe(0)
    // Of the control characters, only the end of a line.
    expect(output).not.toMatch(/(?!\n)\p{Cc}/u)
    expect(output).toContain('100%  3,000 of 3,000')
    expect(output).toContain('| export interface User {')
    expect(figure(output, /Wrote ([\d,]+) users in .*users\.csv/)).toBe(3000)

    const pushed = figure(output, /Pushed ([\d,]+) users/)
    expect(pushed).toBeGreaterThan(2500)
    expect(figure(output, /: ([\d,]+) arrived in \d+ requests/)).toBe(pushed)
    expect(figure(output, /arrived in ([\d,]+) requests/)).toBe(Math.ceil(pushed / 500))
    expect(figure(output, /Wrote ([\d,]+) users in .*worker thread/)).toBe(pushed)
    for (const form of ['toArray()', 'aiterator()', 'iterator()', 'iterator(), batches of 500']) {
      expect(output).toMatch(new RegExp(`│ ${escaped(form)} +│ +[\\d,]+ │ +\\d+ ms │ +\\d+ MB │`))
    }
    expect(await leftBehind(scratch, demo)).toEqual([])
  })

  it.each([
    ['it fills', '3. Fill'],
    ['it streams', '6. Push'],
    // As while it generates or measures: in processes of their own, one after the other.
    ['a process of its own works', '7. The same loop'],
  ])('leaves nothing behind when interrupted while %s', async (_name, interruptAt) => {
    await using scratch = await Scratch.create()
    const demo = await runDemo(scratch, { users: '20000', environment: givenServer, interruptAt })
    expect(demo.exitCode).toBe(130)
    expect(demo.errors.trim()).toBe('Interrupted (SIGINT). The database and the files are gone.')
    expect(await leftBehind(scratch, demo)).toEqual([])
  })

  it('stops its own server when interrupted while that starts', async () => {
    await using scratch = await Scratch.create()
    const demo = await runDemo(scratch, { environment: ownServer, interruptAt: '1. Start' })
    expect(demo.exitCode).toBe(130)
    expect(await leftBehind(scratch, demo)).toEqual([])
  })

  it('says in one message why it cannot work', async () => {
    await using scratch = await Scratch.create()
    const environment = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere' }
    const demo = await runDemo(scratch, { environment })
    expect(demo.exitCode).toBe(1)
    expect(demo.errors.trim()).toMatch(
      /^Cannot connect to PostgreSQL at 127\.0\.0\.1:1 \(DATABASE_URL\): .*$/,
    )
    expect(await leftBehind(scratch, demo)).toEqual([])
  })

  it('refuses a number of users that is none', async () => {
    await using scratch = await Scratch.create()
    const demo = await runDemo(scratch, { users: 'many' })
    expect(demo.exitCode).toBe(1)
    expect(demo.errors).toContain('It must be a whole number from 1 to 20,000,000.')
  })
})

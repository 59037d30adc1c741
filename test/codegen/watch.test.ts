import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bundle } from '../support/bundle.js'
import { bundleSluice, sluice, startSluice } from './cli-support.js'
import { temporaryFolder } from './support.js'

let programs: Bundle

beforeAll(async () => {
  programs = await bundleSluice()
})

afterAll(() => programs[Symbol.asyncDispose]())

/** The command while it watches, and what it has said so far. */
function watching(cwd: string, ...args: string[]) {
  const child = startSluice(programs, cwd, '--watch', ...args)
  const closed = once(child, 'close')
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => (said += data.toString()))
  }
  let read = 0
  return {
    /** What it says from the last call on, once that has `text` in it. */
    async until(text: string): Promise<string> {
      while (!said.slice(read).includes(text)) {
        if (child.exitCode !== null) throw new Error(`It ended early: ${said}`)
        await sleep(20)
      }
      const part = said.slice(read)
      read = said.length
      return part
    },
    async end(signal: NodeJS.Signals): Promise<unknown> {
      child.kill(signal)
      const [code] = (await closed) as [number | null]
      return code
    },
  }
}

const WAITING = 'Watching for changes'

describe('sluice codegen --watch', () => {
  it('generates again when the schema changes, however it is saved, and outlives mistakes in it', async () => {
    using folder = temporaryFolder()
    const [schema, table] = ['tables.sql', 'generated/users.ts'].map((name) => join(folder.path, name)) as [
      string,
      string,
    ]
    const users = () => readFileSync(table, 'utf8')
    writeFileSync(join(folder.path, 'sluice.config.mjs'), `export default { schema: 'tables.sql' }`)
    writeFileSync(schema, 'create table users (id int primary key);')
    const watched = watching(folder.path)
    expect(await watched.until(WAITING)).toMatch(/^1 table, .* 3 files written/m)

    writeFileSync(schema, 'create table users (id int primary key, name text);')
    expect(await watched.until(WAITING)).toMatch(/tables\.sql has changed\.[^]*2 files written, 1 unchanged/)
    expect(users()).toContain('name: string | null')

    writeFileSync(schema, 'create table users (id inte);')
    expect(await watched.until(WAITING)).toMatch(/tables\.sql:1: .*inte/)
    expect(users()).toContain('name: string | null')

    // As many editors save: a new file in the place of the old one.
    writeFileSync(`${schema}~`, 'create table users (id int primary key, age int);')
    renameSync(`${schema}~`, schema)
    await watched.until(WAITING)
    expect(users()).toContain('age: number | null')
    expect(await watched.end('SIGINT')).toBe(0)
  })

  it('sees files that come back, with their folder, or come only now, and reads the configuration anew', async () => {
    using folder = temporaryFolder()
    const sql = join(folder.path, 'sql')
    const schema = join(sql, 'schema.sql')
    const write = (text: string) => {
      mkdirSync(sql, { recursive: true })
      writeFileSync(schema, text)
    }
    const users = () => readFileSync(join(folder.path, 'generated/users.ts'), 'utf8')
    write('create table users (id int primary key);')
    const watched = watching(folder.path, '--schema', 'sql/schema.sql')
    await watched.until(WAITING)

    rmSync(sql, { recursive: true })
    expect(await watched.until(WAITING)).toMatch(/There is no schema file sql\/schema\.sql/)
    write('create table users (id int primary key, first_name text);')
    expect(await watched.until(WAITING)).toMatch(/schema\.sql has changed\.[^]*2 files written/)
    expect(users()).toContain('firstName: string | null')

    const config = join(folder.path, 'sluice.config.ts')
    writeFileSync(config, `export default { naming: 'asIs' }`)
    expect(await watched.until(WAITING)).toMatch(/sluice\.config\.ts has changed\.[^]*2 files written/)
    expect(users()).toContain('first_name: string | null')
    const plugin = join(folder.path, 'plugin.ts')
    writeFileSync(plugin, `export default { name: 'adds', files: () => undefined }`)
    writeFileSync(
      config,
      `import plugin from './plugin.js'\nexport default { header: '// anew', plugins: [plugin] }`,
    )
    await watched.until(WAITING)
    expect(users()).toMatch(/\/\/ anew\n[^]*firstName: string \| null/)
    writeFileSync(
      plugin,
      `export default { name: 'adds', files: (all) => [...all, { name: 'a.sql', text: 'select 1' }] }`,
    )
    expect(await watched.until(WAITING)).toMatch(/plugin\.ts has changed\.[^]*1 file written/)
    rmSync(config)
    expect(await watched.until(WAITING)).toMatch(/sluice\.config\.ts has changed\.[^]*file/)
    expect(users()).not.toContain('// anew')
    expect(await watched.end('SIGTERM')).toBe(0)
  })

  it('watches the schemas of several databases, each of which may be wrong', async () => {
    using folder = temporaryFolder()
    const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text)
    write(
      'sluice.config.mjs',
      `export default { databases: { main: { schema: 'main.sql' }, billing: { schema: 'billing.sql' } } }`,
    )
    write('main.sql', 'create table users (id int primary key);')
    write('billing.sql', 'create table invoices (id inte);')
    const watched = watching(folder.path)
    const first = await watched.until(WAITING)
    expect(first).toMatch(/^main: 1 table/m)
    expect(first).toMatch(/^billing: billing\.sql:1: .*inte/m)
    write('billing.sql', 'create table invoices (id int);')
    const second = await watched.until(WAITING)
    expect(second).toMatch(/billing\.sql has changed\.[^]*^main: .* 0 files written/m)
    expect(second).toMatch(/^billing: 1 table/m)
    expect(await watched.end('SIGTERM')).toBe(0)
  })

  it('sees files that scripts include, and that those include, also such as are not there', async () => {
    using folder = temporaryFolder()
    const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text)
    mkdirSync(join(folder.path, 'parts'))
    write('schema.sql', '\\i parts/tables.sql\n')
    write('parts/tables.sql', 'create table users (id int primary key);\n\\ir views.sql\n')
    const watched = watching(folder.path)
    expect(await watched.until(WAITING)).toMatch(/there is no file views\.sql to include/)
    write('parts/views.sql', 'create view seen as select id from users;')
    expect(await watched.until(WAITING)).toMatch(/views\.sql has changed\.[^]*1 table, 1 view/)
    write('parts/tables.sql', 'create table users (id int primary key, name text);\n\\ir views.sql\n')
    expect(await watched.until(WAITING)).toMatch(/tables\.sql has changed\.[^]*2 files written/)
    expect(await watched.end('SIGTERM')).toBe(0)
  })

  it('refuses what it cannot watch', async () => {
    using folder = temporaryFolder()
    const url = await sluice(folder.path, '--watch', '--url', 'postgres://127.0.0.1:1/x')
    expect(url).toMatchObject({ code: 1, stdout: '' })
    expect(url.stderr).toMatch(/--watch watches schema files.*Give --schema/)
    expect(await sluice(folder.path, '--watch', '--check')).toMatchObject({ code: 1, stdout: '' })
  })
})

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sluice } from './cli-support.js'
import { temporaryFolder } from './support.js'

const users = 'create table users (id int primary key, name text);'

describe('sluice codegen --check', () => {
  it('shows what is stale as a unified diff, and writes nothing', async () => {
    using folder = temporaryFolder()
    const schema = join(folder.path, 'schema.sql')
    writeFileSync(schema, `${users} create table posts (id int primary key);`)
    expect(await sluice(folder.path, '--docs', 'schema.md')).toMatchObject({ code: 0, stderr: '' })
    expect(await sluice(folder.path, '--docs', 'schema.md', '--check')).toEqual({
      code: 0,
      stdout: 'generated is up to date with the schema.\n',
      stderr: '',
    })

    writeFileSync(schema, `${users.replace('name text', 'name text not null')} create table notes (id int);`)
    const before = readdirSync(join(folder.path, 'generated'))
    const { code, stdout, stderr } = await sluice(folder.path, '--docs', 'schema.md', '--check')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/ {2}added {4}notes\.ts\n[^]* {2}changed {2}users\.ts\n {2}removed {2}posts\.ts\n/)
    expect(stderr).toContain('--- generated/users.ts  as it is\n+++ generated/users.ts  from the schema\n@@ ')
    expect(stderr).toContain('\n-  name: string | null\n+  name: string\n')
    expect(stderr).toContain('--- schema.md')
    expect(readdirSync(join(folder.path, 'generated'))).toEqual(before)
  })

  it('fails for a page alone that is stale', async () => {
    using folder = temporaryFolder()
    const schema = join(folder.path, 'schema.sql')
    writeFileSync(schema, 'create table users (id int primary key, age int default 1);')
    await sluice(folder.path, '--docs', 'schema.md')
    // No code says what a default is.
    writeFileSync(schema, 'create table users (id int primary key, age int default 2);')
    const { code, stdout, stderr } = await sluice(folder.path, '--docs', 'schema.md', '--check')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^schema\.md is not up to date with the schema:\n {2}changed {2}schema\.md\n/)
    expect(await sluice(folder.path, '--docs', 'other.md', '--check')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('  added    other.md') as string,
    })
    expect(await sluice(folder.path, '--docs', '')).toMatchObject({ code: 1, stdout: '' })
  })

  it('cuts a long diff short', async () => {
    using folder = temporaryFolder()
    const schema = join(folder.path, 'schema.sql')
    const table = (type: string) => {
      const columns = Array.from({ length: 300 }, (_, index) => `c${index} ${type}`)
      return `create table wide (${columns.join(', ')});`
    }
    writeFileSync(schema, table('int'))
    await sluice(folder.path)
    writeFileSync(schema, table('text'))
    const { stderr } = await sluice(folder.path, '--check')
    expect(stderr).toMatch(/… and \d+ more lines\n/)
    expect(stderr.split('\n').length).toBeLessThan(420)
  })
})

describe('sluice init', () => {
  it('writes a configuration that the generator goes by', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'schema.sql'), users)
    expect(await sluice(folder.path, 'init')).toMatchObject({ code: 0, stderr: '' })
    expect(await sluice(folder.path, 'codegen')).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(join(folder.path, 'generated/users.ts'))).toBe(true)
  })

  it('writes settings that are all known and valid when put to use', async () => {
    using folder = temporaryFolder()
    await sluice(folder.path, 'init')
    const file = join(folder.path, 'sluice.config.ts')
    const inUse = readFileSync(file, 'utf8').replace(/^ {2}\/\/ (?=(?:\w+:|[}\]]| {2}\w+:))/gm, '  ')
    // Those would be in place of the others.
    writeFileSync(file, inUse.replace("schema: 'schema.sql',", '').replace(/^ {2}databases: .*\n/m, ''))
    const { stderr } = await sluice(folder.path, '--url', 'postgres://127.0.0.1:1/x')
    // Read, found valid, and gone by as far as the database.
    expect(stderr).toMatch(/ECONNREFUSED/)
    expect(inUse).not.toMatch(/^ {2}\/\/ \w+:/m)
  })

  it.each(['sluice.config.ts', 'sluice.config.mjs'])('leaves a %s as it is', async (name) => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, name), 'mine')
    const { code, stderr } = await sluice(folder.path, 'init')
    expect(code).toBe(1)
    expect(stderr).toContain(`There is a ${name} already.`)
    expect(readdirSync(folder.path)).toEqual([name])
    expect(readFileSync(join(folder.path, name), 'utf8')).toBe('mine')
  })
})

describe('flags', () => {
  it('come before the configuration, whose paths are relative to it', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'settings'))
    writeFileSync(
      join(folder.path, 'settings/tables.sql'),
      `${users} create table posts (id int primary key, first_name text);`,
    )
    writeFileSync(
      join(folder.path, 'settings/sluice.config.ts'),
      `export default { schema: 'tables.sql', out: 'made', naming: 'asIs', exclude: ['users'], brandedIds: true }`,
    )
    const config = ['--config', 'settings/sluice.config.ts']
    expect(await sluice(folder.path, ...config)).toMatchObject({ code: 0 })
    const made = (path: string) => readFileSync(join(folder.path, path), 'utf8')
    expect(made('settings/made/posts.ts')).toContain('first_name: string | null')
    expect(made('settings/made/posts.ts')).toContain("__brand: 'PostId'")
    expect(existsSync(join(folder.path, 'settings/made/users.ts'))).toBe(false)
    writeFileSync(join(folder.path, 'settings/plain.mjs'), `export default { schema: 'tables.sql' }`)
    expect(await sluice(folder.path, '--config', 'settings/plain.mjs')).toMatchObject({ code: 0 })
    expect(readdirSync(folder.path)).toEqual(['settings'])
    expect(existsSync(join(folder.path, 'settings/generated/posts.ts'))).toBe(true)
    const flags = ['--no-branded-ids', '--out', 'other', '--naming', 'camelCase', '--exclude', 'nothing']
    const { code, stderr } = await sluice(folder.path, ...config, ...flags)
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'exclude: "nothing" matches no table or view.\n' })
    expect(made('other/posts.ts')).toContain('firstName: string | null')
    expect(made('other/posts.ts')).not.toContain('__brand')
    expect(existsSync(join(folder.path, 'other/users.ts'))).toBe(true)
  })
})

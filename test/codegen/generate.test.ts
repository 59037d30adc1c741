import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CodegenError } from '../../codegen/errors.js'
import { generate } from '../../codegen/generate.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { root, temporaryFolder } from './support.js'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'shop' })
})

afterAll(() => database.drop())

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )
}

describe('generate', () => {
  it('finds generated/ up to date with schema.sql', async () => {
    const { changes } = await generate({
      source: { url: database.url },
      out: join(root, 'generated'),
      check: true,
    })
    expect(changes).toMatchObject({ added: [], changed: [], removed: [] })
  })

  it('writes the same bytes every time', async () => {
    using one = temporaryFolder()
    using two = temporaryFolder()
    await generate({ source: { url: database.url }, out: one.path })
    await using again = await createTestDatabase({ schema: 'shop' })
    await generate({ source: { url: again.url }, out: two.path })
    expect(contents(two.path)).toEqual(contents(one.path))
  })

  it('creates the folder and leaves nothing beside it', async () => {
    using folder = temporaryFolder()
    const out = join(folder.path, 'deep', 'down')
    const { changes } = await generate({ source: { url: database.url }, out })
    expect(readdirSync(out).sort()).toEqual([...changes.added].sort())
    expect(readdirSync(join(folder.path, 'deep'))).toEqual(['down'])
  })

  it('writes nothing outside the folder, which may be a link to another file system', async () => {
    using folder = temporaryFolder()
    const [out, real] = [join(folder.path, 'link', 'out'), join(folder.path, 'real')]
    for (const path of [real, join(folder.path, 'link')]) mkdirSync(path)
    symlinkSync(real, out, 'junction')
    const past = new Date('2001-01-01T00:00:00Z')
    utimesSync(join(folder.path, 'link'), past, past)
    const { changes } = await generate({ source: { url: database.url }, out })
    expect(statSync(join(folder.path, 'link')).mtime).toEqual(past)
    expect(readdirSync(real).sort()).toEqual([...changes.added].sort())
  })

  it('touches only what changed, and removes what is no longer in the schema', async () => {
    await using changing = await createTestDatabase({ schema: 'shop' })
    using folder = temporaryFolder()
    const source = { url: changing.url }
    await generate({ source, out: folder.path })
    const past = new Date('2001-01-01T00:00:00Z')
    for (const name of readdirSync(folder.path)) utimesSync(join(folder.path, name), past, past)

    const client = new Client(changing.url)
    await client.connect()
    await client.query('drop table posts; alter table companies add motto text; create table mottos (id int)')
    await client.end()

    const expected = {
      added: ['mottos.ts'],
      changed: ['companies.ts', 'index.ts', 'schema.ts', 'users.ts'],
      removed: ['posts.ts'],
    }
    expect((await generate({ source, out: folder.path, check: true })).changes).toMatchObject(expected)
    expect(readdirSync(folder.path)).toContain('posts.ts')
    expect((await generate({ source, out: folder.path })).changes).toMatchObject(expected)
    const written = readdirSync(folder.path).filter(
      (name) => +statSync(join(folder.path, name)).mtime !== +past,
    )
    expect(written.sort()).toEqual(['companies.ts', 'index.ts', 'mottos.ts', 'schema.ts', 'users.ts'])
    expect(readdirSync(folder.path)).not.toContain('posts.ts')
  })

  it('does not take line ends that a checkout changed for a difference', async () => {
    using folder = temporaryFolder()
    await generate({ source: { url: database.url }, out: folder.path })
    const file = join(folder.path, 'users.ts')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'))
    const { changes } = await generate({ source: { url: database.url }, out: folder.path, check: true })
    expect(changes.changed).toEqual([])
  })

  it.each(['users.ts', 'notes.md', 'folder'])(
    'refuses a folder that holds %s of somebody else',
    async (name) => {
      using folder = temporaryFolder()
      if (name === 'folder') mkdirSync(join(folder.path, name))
      else writeFileSync(join(folder.path, name), 'mine')
      const attempt = generate({ source: { url: database.url }, out: folder.path })
      await expect(attempt).rejects.toThrow(CodegenError)
      await expect(attempt).rejects.toThrow(name)
      expect(readdirSync(folder.path)).toEqual([name])
    },
  )

  it('does not mind hidden files', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, '.gitattributes'), '* text eol=lf')
    await generate({ source: { url: database.url }, out: folder.path })
    expect(readdirSync(folder.path)).toContain('.gitattributes')
  })

  it('writes nothing into the database it reads', async () => {
    using folder = temporaryFolder()
    const url = new URL(database.url)
    url.searchParams.set('options', '-c default_transaction_read_only=on')
    const { model } = await generate({ source: { url: url.href }, out: folder.path })
    expect(model.tables.map(({ names }) => names.property)).toContain('users')
  })
})

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from 'sluice'
import { startServer, type Server } from '../../codegen/server/index.js'
import { ScriptScanner } from '../../codegen/sql-script/scanner.js'
import { repositories, type DB } from '../../generated/index.js'
import { isPostgresInstalled, postgresFolder, postgresVersions } from '../../scripts/postgres-versions.js'
import { testServer } from '../support/test-server.js'
import { dump } from './dump.js'
import { type Code, codeOf, codeOfScript, connected, emptyDatabase, loaded, scripts } from './same-code.js'

// The hostile schemas are big.
vi.setConfig({ testTimeout: 120_000 })

const versions = Object.keys(postgresVersions).map(Number)
const oldest = Math.min(...versions)
const schema = new Map(scripts).get('schema.sql') ?? ''

/** The statements of a script that a server takes. */
async function takenBy(server: Server, script: string): Promise<string[]> {
  await using database = await emptyDatabase(server)
  return await connected(database.url, async (client) => {
    const taken: string[] = []
    const scanner = new ScriptScanner(script)
    for (let part = scanner.next(); part; part = scanner.next()) {
      if (part.kind !== 'statement') continue
      const { text } = part
      await client.query(text).then(
        () => taken.push(text),
        () => undefined,
      )
    }
    return taken
  })
}

/** What each script has in common with the oldest version, and the code of that here. */
const common = new Map<string, { readonly script: string; readonly code: Code }>()
const servers = new Map<number, Server>()

// `npm run test:versions` installs them.
describe.skipIf(!versions.every(isPostgresInstalled))('the code from other versions of PostgreSQL', () => {
  beforeAll(async () => {
    for (const major of versions) {
      servers.set(major, await startServer({ installedIn: postgresFolder(major) }))
    }
    for (const [name, script] of scripts) {
      const statements = await takenBy(serverOf(oldest), script)
      const shared = statements.join(';\n')
      common.set(name, { script: shared, code: await codeOfScript(testServer, shared) })
    }
  }, 120_000)

  afterAll(() => Promise.all([...servers.values()].map((server) => server.stop())))

  describe.each(versions)('%i', (major) => {
    it('is from that version', async () => {
      const version = await connected(serverOf(major).url, async (client) => {
        const { rows } = await client.query<{ server_version: string }>('show server_version')
        return rows[0]?.server_version
      })
      expect(version).toMatch(new RegExp(`^${major}\\.`))
    })

    it('writes, reads, streams and prefetches there', async () => {
      await using database = await loaded(serverOf(major), schema)
      const db = connect<DB>({ connectionString: database.url })
      try {
        const { companies, users, posts } = repositories(db)
        const company = await companies.create({ name: 'Acme', opensAt: '08:00', closesAt: '17:30' })
        const numbers = Array.from({ length: 250 }, (_, index) => index)
        const created = await users.bulkCreate(
          numbers.map((n) => ({
            email: `u${n}@example.com`,
            name: `${n}`,
            companyId: company.id,
            tags: ['a', 'b'],
          })),
        )
        await posts.bulkCreate(created.map(({ id }) => ({ authorId: id, title: 't', slug: `s${id}` })))
        const everyone = users.orderBy('id').selectRelated('company').prefetchRelated('postsByAuthor')
        const streamed = []
        for await (const user of everyone.aiterator({ chunkSize: 100 })) streamed.push(user)
        expect(streamed).toHaveLength(250)
        expect(streamed.map((user) => user.postsByAuthor.length)).toEqual(numbers.map(() => 1))
        expect(streamed[0]?.company).toEqual(company)
        expect([...everyone.iterator({ chunkSize: 100 })]).toEqual(streamed)
        expect(await users.filter({ name: { in: ['1', '2'] } }).update({ isActive: false })).toBe(2)
        expect(await users.filter({ isActive: false }).count()).toBe(2)
      } finally {
        await db.close()
      }
    })

    it.each(scripts.map(([name]) => name))('is the same for %s', async (name) => {
      const { script, code } = common.get(name) ?? { script: '', code: new Map() }
      expect(code.size).toBeGreaterThan(0)
      await using database = await loaded(serverOf(major), script)
      expect(await codeOf(database.url)).toEqual(code)
      await using scratch = await emptyDatabase(serverOf(major))
      expect(await codeOfScript(serverOf(major), await dump(database.url, scratch.url))).toEqual(code)
    })
  })

  it.each(scripts)('compares all of %s that has been there since the oldest', async (name, script) => {
    const all = (await takenBy(serverOf(Math.max(...versions)), script)).length
    const taken = (await takenBy(serverOf(oldest), script)).length
    if (name.startsWith('hostile')) expect(taken).toBeGreaterThan(all * 0.9)
    else expect(taken).toBe(all)
  })
})

function serverOf(major: number): Server {
  const server = servers.get(major)
  if (server === undefined) throw new Error(`PostgreSQL ${major} was not started.`)
  return server
}

import { escapeIdentifier, escapeLiteral, type Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { databaseUrl, type ScratchDatabase } from '../../codegen/server/index.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { sampleSchemas } from '../support/database.js'
import { testServer } from '../support/test-server.js'
import { dump } from './dump.js'
import { type Code, codeOf, connected, emptyDatabase, loaded, scripts, uniqueName } from './same-code.js'

// The hostile schemas are big.
vi.setConfig({ testTimeout: 120_000 })

/** What years of migrations leave behind: dropped columns, and keys, names and views that were made anew. */
async function age(client: Client): Promise<void> {
  const { rows } = await client.query<{ table: string; name: string; schema: string }>(
    `select c.oid::regclass::text as table, relname::text as name, nspname::text as schema
     from pg_class c join pg_namespace n on n.oid = relnamespace
     where relkind in ('r', 'p') and not relispartition and nspname !~ '^pg_' and nspname <> 'information_schema'
     order by 1 desc`,
  )
  for (const { table, name, schema } of rows) {
    await client.query(`alter table ${table} add column "once" text; alter table ${table} drop column "once"`)
    const once = `${escapeIdentifier(schema)}."once"`
    await client.query(
      `alter table ${table} rename to "once"; alter table ${once} rename to ${escapeIdentifier(name)}`,
    )
  }
  const { rows: keys } = await client.query<{
    table: string
    name: string
    definition: string
    comment: string | null
  }>(
    `select conrelid::regclass::text as table, conname::text as name, pg_get_constraintdef(oid) as definition,
       obj_description(oid) as comment
     from pg_constraint where contype = 'f' and conparentid = 0 order by conname desc`,
  )
  for (const { table, name, definition, comment } of keys) {
    const key = escapeIdentifier(name)
    await client.query(`alter table ${table} drop constraint ${key}`)
    await client.query(`alter table ${table} add constraint ${key} ${definition}`)
    if (comment) await client.query(`comment on constraint ${key} on ${table} is ${escapeLiteral(comment)}`)
  }
}

describe.each(scripts)('the code of %s', (_, script) => {
  let database: ScratchDatabase
  let code: Code

  beforeAll(async () => {
    database = await loaded(testServer, script)
    code = await codeOf(database.url)
  })

  afterAll(() => database.drop())

  it('is the same for a role that may read nothing', async () => {
    const role = uniqueName()
    await connected(database.url, async (client) => {
      await client.query(`create role ${role} login password 'guest'`)
      await client.query('revoke all on schema public from public')
    })
    try {
      const url = new URL(database.url)
      url.username = role
      url.password = 'guest'
      await connected(url.href, async (client) => {
        const { rows } = await client.query(
          `select relname from pg_class c join pg_namespace n on n.oid = relnamespace
           where relkind in ('r', 'v', 'm', 'p') and nspname !~ '^pg_' and nspname <> 'information_schema'
             and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')`,
        )
        expect(rows).toEqual([])
      })
      expect(await codeOf(url.href)).toEqual(code)
    } finally {
      await connected(testServer.url, (client) => client.query(`drop role ${role}`))
    }
  })

  it('is the same from a script as pg_dump writes it, and from that under another collation', async () => {
    await using scratch = await emptyDatabase(testServer)
    const dumped = await dump(database.url, scratch.url)
    expect(dumped).not.toBe(script)
    expect(await codeOf(scratch.url)).toEqual(code)
    await using swedish = await swedishDatabase()
    await runSqlText(swedish.url, dumped, 'script')
    expect(await codeOf(swedish.url)).toEqual(code)
  })

  // The last, since it changes the database.
  it('is the same from a database that has seen many changes', async () => {
    await connected(database.url, age)
    expect(await codeOf(database.url)).toEqual(code)
  })
})

async function swedishDatabase(): Promise<AsyncDisposable & { readonly url: string }> {
  const name = uniqueName()
  await connected(testServer.url, (client) =>
    client.query(
      `create database ${name} template template0 encoding 'UTF8' locale 'C' locale_provider icu icu_locale 'sv-SE'`,
    ),
  )
  const url = databaseUrl(testServer, name)
  await connected(url, async (client) => {
    const { rows } = await client.query(`select 'a' < 'B' and 'z' < 'ö' as swedish`)
    expect(rows).toEqual([{ swedish: true }])
  })
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      await connected(testServer.url, (client) => client.query(`drop database ${name} with (force)`))
    },
  }
}

describe.skipIf(!sampleSchemas)('the sample databases', () => {
  it('are among these schemas', () => {
    expect(scripts.map(([name]) => name)).toEqual(expect.arrayContaining(['pagila', 'chinook']))
  })
})

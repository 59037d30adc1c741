import { afterAll, beforeAll, expect, it } from 'vitest'
import { connect } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

/** What a trigger of a session's start does. Before PostgreSQL 17 there are none, and sessions are as any other. */
async function atLogin(body: string): Promise<void> {
  const [{ server_version_num: version }] = (await shop.sql('show server_version_num')) as [
    { server_version_num: string },
  ]
  if (Number(version) < 170_000) return
  await shop.sql(`create or replace function at_login() returns event_trigger language plpgsql as
    $$ begin ${body}; end $$`)
  await shop.sql('create event trigger at_login on login execute function at_login()')
}

it.each([
  ['notifies the session itself', 'listen news; notify news, $note$it begins$note$'],
  ['has something to remark', "raise warning 'it begins'"],
  ['sets what is reported', "set timezone to 'Asia/Tokyo'; set datestyle to 'German'"],
  ['sets what decides how text comes', "set client_encoding to 'LATIN1'; set bytea_output to 'escape'"],
])('a session whose login trigger %s is as any other', async (_, body) => {
  await atLogin(body)
  const db = connect<DB>({ connectionString: shop.database.url, max: 1 })
  try {
    const { users } = repositories(db)
    const email = 'zoe@example.com'
    const created = await users.create({ email, name: 'Zoë' })
    expect(await users.get({ email })).toEqual(created)
    for await (const user of users.filter({ email }).aiterator()) expect(user).toEqual(created)
    for (const user of users.filter({ email }).iterator()) expect(user).toEqual(created)
  } finally {
    await db.close()
    await shop.sql(`drop event trigger if exists at_login; delete from users where email = 'zoe@example.com'`)
  }
})

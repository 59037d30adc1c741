import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Database } from 'sluice'
import type { DB } from '../../generated/index.js'
import { serve } from './orders-api.js'
import { startServers, type Servers } from './servers.js'

let servers: Servers
let primary: Database<DB>
let replica: Database<DB>
beforeAll(async () => {
  servers = await startServers(1)
  primary = connect<DB>({ connectionString: servers.primary.url })
  replica = connect<DB>({ connectionString: servers.standbys[0] ?? '' })
})
afterAll(async () => {
  await replica.close()
  await primary.close()
  await servers[Symbol.asyncDispose]()
})

test('a request that follows a write sees it, also where the standby stands still', async () => {
  const server = serve(primary, replica).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const post = async () => (await fetch(url, { method: 'POST' })).headers.get('set-cookie') ?? ''
  const count = async (cookie = '') => (await (await fetch(url, { headers: { cookie } })).json()) as object

  for (let written = 1; written <= 5; written++) {
    expect(await count(await post())).toEqual({ count: written })
  }
  await servers.untilFollowed()
  expect(await count()).toEqual({ count: 5 })
  await servers.sql(servers.standbys[0] ?? '', 'select pg_wal_replay_pause()')
  const cookie = await post()
  // From the primary.
  expect(await count(cookie)).toEqual({ count: 6 })
  expect(await count()).toEqual({ count: 5 })
  server.close()
})

test('the page has it as it is here', () => {
  const page = readFileSync(new URL('../../docs/replicas.md', import.meta.url), 'utf8')
  const file = readFileSync(new URL('./orders-api.ts', import.meta.url), 'utf8')
  expect(page).toContain(file.slice(file.indexOf('export function serve')).replace('export ', '').trimEnd())
})

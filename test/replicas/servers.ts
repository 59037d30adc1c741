import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { runSqlFile } from '../../codegen/sql-script/index.js'
import { startOwnServer, type OwnServer } from '../faults/own-server.js'
import { FOLLOWED, startStandby } from '../faults/standby-server.js'

const SHOP = fileURLToPath(new URL('../../schema.sql', import.meta.url))

/** A server with the tables of the shop, and others that follow it. */
export interface Servers extends AsyncDisposable {
  readonly primary: OwnServer
  /** Of the standbys, in the order in which they were started. */
  readonly standbys: readonly string[]
  /** Runs a statement on a server, on a connection of its own. */
  sql<Row extends object>(url: string, text: string): Promise<Row[]>
  /** Waits until all standbys have replayed what the primary has written. */
  untilFollowed(): Promise<void>
}

/** @param settings of all of them. */
export async function startServers(
  standbyCount: number,
  settings: Record<string, string> = {},
): Promise<Servers> {
  const ends: (() => Promise<unknown>)[] = []
  const world = { atEnd: (end: () => Promise<unknown>) => void ends.unshift(end) }
  const primary = await startOwnServer(world, { ...FOLLOWED, ...settings })
  await runSqlFile(primary.url, SHOP)
  const standbys: string[] = []
  for (let count = 1; count <= standbyCount; count++)
    standbys.push(await startStandby(world, primary, `standby-${count}`))
  const untilFollowed = async () => {
    const [written] = await query<{ lsn: string }>(primary.url, 'select pg_current_wal_flush_lsn() as lsn')
    for (const url of standbys) await query(url, untilReplayed(written?.lsn ?? ''))
  }
  return {
    primary,
    standbys,
    sql: query,
    untilFollowed,
    async [Symbol.asyncDispose]() {
      for (const end of ends) await end()
    },
  }
}

/** Waits on the server, by which it is not seen through what is tested; one that was promoted follows no more. */
function untilReplayed(lsn: string): string {
  return `do $$ begin
    while pg_is_in_recovery() and pg_last_wal_replay_lsn() < '${lsn}' loop perform pg_sleep(0.005); end loop;
  end $$`
}

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

import { execFile } from 'node:child_process'
import { appendFile, chown, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './kept-process.js'
import { startIn, startOwnServer, untilIn, type Ends, type OwnServer } from './own-server.js'

const run = promisify(execFile)

/** A server, and one that follows it. */
export interface ReplicatedServer {
  readonly primary: OwnServer
  /** Of the same database on the standby, which cancels at once what is in the way of a change. */
  readonly standbyUrl: string
  /** Waits until the standby has done all that the primary has. */
  untilFollowed(): Promise<void>
}

/** What a server needs to be followed. */
export const FOLLOWED = {
  wal_level: 'replica',
  max_wal_senders: '4',
  // The standby is sent what is flushed.
  synchronous_commit: 'on',
} as const

export async function startWithStandby(world: Ends): Promise<ReplicatedServer> {
  const primary = await startOwnServer(world, { ...FOLLOWED, max_standby_streaming_delay: '0' })
  const standbyUrl = await startStandby(world, primary)
  return {
    primary,
    standbyUrl,
    async untilFollowed() {
      const written = await textOf(primary.url, 'pg_current_wal_lsn()')
      const followed = `(pg_last_wal_replay_lsn() >= '${written}')::text`
      while ((await textOf(standbyUrl, followed).catch(ignoreConflict)) !== 'true') await sleep(5)
    },
  }
}

/** Starts a server that follows another. @returns its URL, of the same database. */
export async function startStandby(world: Ends, primary: OwnServer, name = 'standby'): Promise<string> {
  const data = join(dirname(primary.data), name)
  await copyData(primary, data)
  const port = await freePort()
  const url = new URL(primary.url)
  const follow = `host=127.0.0.1 port=${url.port} user=${url.username} password=${url.password}`
  await appendFile(join(data, 'postgresql.conf'), `primary_conninfo = '${follow}'\n`)
  await writeFile(join(data, 'standby.signal'), '')
  const options = await readFile(join(primary.data, 'postmaster.opts'), 'utf8')
  const other = options.replaceAll(`"${primary.data}"`, `"${data}"`).replace(`"${url.port}"`, `"${port}"`)
  const standby = await startIn(data, other, primary.log)
  world.atEnd(() => standby.stop())
  await untilIn(data, 'ready')
  url.port = String(port)
  return url.href
}

/** Who asks may itself be in the way. */
function ignoreConflict(error: Error & { code?: string }): undefined {
  if (error.code !== '40001') throw error
}

async function textOf(url: string, expression: string): Promise<string | undefined> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<{ value: string }>(`select ${expression} as value`)).rows[0]?.value
  } finally {
    await client.end()
  }
}

/** A base backup, by the server's own functions. */
async function copyData(primary: OwnServer, data: string): Promise<void> {
  const client = new pg.Client(primary.url)
  await client.connect()
  try {
    await client.query(`select pg_backup_start('standby', fast => true)`)
    await run('cp', ['-a', primary.data, data])
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(wait_for_archive => false)',
    )
    const label = join(data, 'backup_label')
    await writeFile(label, rows[0]?.labelfile ?? '')
    const { uid, gid } = await stat(data)
    await chown(label, uid, gid)
    await rm(join(data, 'postmaster.pid'))
  } finally {
    await client.end()
  }
}

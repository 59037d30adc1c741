import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { World } from './world.js'

/** A table of one row that nobody can read until it is released: a fetch that takes as long as a scenario wants. */
export interface LockedTable {
  readonly name: string
  /** Waits until so many sessions of the world wait for it; one unless told otherwise. */
  untilWaitedFor(sessions?: number): Promise<void>
  release(): Promise<void>
}

export async function lockTable(world: World): Promise<LockedTable> {
  const name = `${world.name}_locked`
  const client = new pg.Client(world.url)
  await client.connect()
  await client.query(`create table ${name} as select 1 as id, 'x1' as payload`)
  await client.query(`begin; lock table ${name} in access exclusive mode`)
  const waiting = `select from pg_locks join pg_stat_activity using (pid)
    where application_name = '${world.name}' and not granted`
  return {
    name,
    async untilWaitedFor(sessions = 1) {
      while ((await world.observer.query(waiting)).length < sessions) await sleep(5)
    },
    release: () => client.end(),
  }
}

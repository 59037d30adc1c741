import type { User, UsersRepository } from '../../generated/index.js'
import { progress } from './progress.js'

/** Pushes the active users to an API, 500 at a time, and returns how many there were. */
export async function push(users: UsersRepository, api: string): Promise<number> {
  const active = users.filter({ isActive: true })

  let pushed = 0
  using bar = progress(await active.count())
  for await (const batch of active.aiterator({ batchYieldSize: 500 })) {
    await post(api, batch)
    pushed += batch.length
    bar.advance(batch.length)
  }
  return pushed
}

async function post(api: string, batch: User[]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(api, { method: 'POST', headers, body: JSON.stringify(batch) })
  if (!response.ok) throw new Error(`${api} answered ${response.status} ${response.statusText}.`)
  await response.arrayBuffer()
}

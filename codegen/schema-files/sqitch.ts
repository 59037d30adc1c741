import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** `users [accounts] 2024-01-01T00:00:00Z Ada <ada@example.com> # adds users`: the change's name comes first. */
const CHANGE = /^[ \t]*(?:\+[ \t]*)?(?<name>[^\s#@%[\]+-][^\s[\]]*)/
const TAG = /^[ \t]*@(?<name>\S+)/

interface Change {
  readonly name: string
  /** Of the script: a change that is reworked later has the one of before, by the last tag between. */
  file: string
}

/** The changes of sqitch's plan, in its order; undefined for a folder without one. */
export async function sqitchScripts(folder: string): Promise<string[] | undefined> {
  const plan = await readFile(join(folder, 'sqitch.plan'), 'utf8').catch(() => undefined)
  if (plan === undefined) return undefined
  const changes: Change[] = []
  const latest = new Map<string, Change>()
  let tag: string | undefined
  for (const line of plan.split('\n')) {
    tag = TAG.exec(line)?.groups?.['name'] ?? tag
    const name = CHANGE.exec(line)?.groups?.['name']
    if (name === undefined) continue
    const before = latest.get(name)
    if (before !== undefined && tag !== undefined) before.file = `${name}@${tag}`
    const change = { name, file: name }
    latest.set(name, change)
    changes.push(change)
  }
  return changes.map(({ file }) => join(folder, 'deploy', `${file}.sql`))
}

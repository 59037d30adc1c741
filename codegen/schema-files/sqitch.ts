import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** `users [accounts] 2024-01-01T00:00:00Z Ada <ada@example.com> # adds users`: the change's name comes first. */
const CHANGE = /^[ \t]*(?:\+[ \t]*)?(?<name>[^\s#@%[\]+-][^\s[\]]*)/
const TAG = /^[ \t]*@(?<name>\S+)/

interface Change {
  readonly name: string
  /** Those up to where it is reworked, of which one names the script of before; empty for the last of its name. */
  reworkedAfter: readonly string[]
}

/** The changes of sqitch's plan, in its order; undefined for a folder without one. */
export async function sqitchScripts(folder: string): Promise<string[] | undefined> {
  const plan = await readFile(join(folder, 'sqitch.plan'), 'utf8').catch(() => undefined)
  if (plan === undefined) return undefined
  const deploy = await deployFolder(folder)
  return Promise.all(changesOf(plan).map((change) => scriptOf(deploy, change)))
}

function changesOf(plan: string): Change[] {
  const changes: Change[] = []
  const latest = new Map<string, { readonly change: Change; readonly tagsBefore: number }>()
  const tags: string[] = []
  for (const line of plan.split('\n')) {
    const tag = TAG.exec(line)?.groups?.['name']
    if (tag !== undefined) tags.push(tag)
    const name = CHANGE.exec(line)?.groups?.['name']
    if (name === undefined) continue
    const before = latest.get(name)
    if (before !== undefined) before.change.reworkedAfter = tags.slice(before.tagsBefore)
    const change: Change = { name, reworkedAfter: [] }
    latest.set(name, { change, tagsBefore: tags.length })
    changes.push(change)
  }
  return changes
}

/** As sqitch takes it: of a change that was reworked later, the script by the latest tag between for which there is one. */
async function scriptOf(deploy: string, { name, reworkedAfter }: Change): Promise<string> {
  const files = reworkedAfter.map((tag) => join(deploy, `${name}@${tag}.sql`)).reverse()
  for (const file of files) if (await isThere(file)) return file
  return files[0] ?? join(deploy, `${name}.sql`)
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}

/** Where sqitch's configuration says that the scripts are, if it does. */
async function deployFolder(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'sqitch.conf'), 'utf8').catch(() => '')
  const setting = (name: string): string | undefined =>
    text
      .split('\n')
      .map((line) => line.split('=', 2).map((part) => part.trim()))
      .find(([key]) => key === name)?.[1]
      ?.replace(/^"(.*)"$/, '$1')
  return join(folder, setting('deploy_dir') ?? join(setting('top_dir') ?? '.', 'deploy'))
}

/** A script as a user would write it, that iterates synchronously: `sync-script <url> <name> <what> [<table>]`. */
import { Numbers, open, type NumberRow } from '../postgres/support/fault-tables.js'
import { tableOf } from './tables.js'

/** What it does. */
export type ScriptPart =
  /** Reads all and ends, without closing anything. */
  | 'finishes'
  /** Reads some and ends in one of the ways that there are. */
  | 'returns'
  | 'throws'
  | 'exits'
  /** Reads a table, and says how many rows it has. */
  | 'reads'
  /** The same, with handlers of signals. */
  | 'handles'

const [, , url = '', name = '', what, table = 'numbers'] = process.argv
const { db } = open(url, { application_name: name })

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function count(rows: Iterable<unknown>): number {
  let seen = 0
  for (const _ of rows) seen++
  return seen
}

function leaveHalfWay(): void {
  const rows = new Numbers(db).iterator({ chunkSize: 10 })
  for (let step = rows.next(); step.done !== true && step.value.id !== 15;) step = rows.next()
}

function read(): void {
  try {
    say(`${count(tableOf<NumberRow>(db, table, { id: 'int4', payload: 'text' }).iterator())} rows`)
  } catch (error) {
    say(String(error))
  }
}

switch (what as ScriptPart) {
  case 'finishes':
    say(`${count(new Numbers(db).iterator())} rows`)
    break
  case 'returns':
    leaveHalfWay()
    break
  case 'throws':
    leaveHalfWay()
    process.once('uncaughtException', () => process.exit(4))
    throw new Error('thrown on purpose')
  case 'exits':
    leaveHalfWay()
    process.exit(3)
    break
  case 'handles': {
    const handled = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => {
          say(signal)
          resolve()
        })
    })
    read()
    // A promise alone does not keep the process.
    const waiting = setInterval(() => {}, 1000)
    await handled
    clearInterval(waiting)
    break
  }
  case 'reads':
    read()
}

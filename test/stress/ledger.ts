import { promise } from './failures.js'
import { countUp } from './tally.js'
import type { Watch } from './watch.js'
import { payloadOf, TAKEN, type State, type Write } from './writes.js'

/** What was written, and what was found of it. */
export class Ledger {
  /** Rows by what was known of them and what they were: `written`, `unknown: absent`, … */
  readonly found: Record<string, number> = {}
  readonly #watch: Watch
  #writes: Write[] = []
  #there = 0

  constructor(watch: Watch) {
    this.#watch = watch
  }

  add(write: Write): void {
    this.#writes.push(write)
  }

  /**
   * Looks for every row of the writes that were added, when nobody writes any more.
   *
   * @throws {@link BrokenPromise} for one that is not as it has to be.
   */
  async compare(): Promise<void> {
    const writes = this.#writes
    this.#writes = []
    const ids = writes.flatMap((write) => write.ids)
    const rows = await this.#watch.query<{ id: number; payload: string }>(
      'select id, payload from ledger where id = any($1::int[])',
      [ids],
    )
    const payloads = new Map(rows.map(({ id, payload }) => [id, payload]))
    for (const write of writes) {
      const state = stateOf(write, payloads)
      const { may, number } = write
      promise(may.includes(state), `Write ${number} is ${state}, and has to be ${may.join(' or ')}.`)
      const name = may.length > 1 ? `unknown: ${state}` : state
      this.found[name] = (this.found[name] ?? 0) + write.ids.length
      countUp(this.found, `writes ${may.length > 1 ? 'unknown' : 'known'}`)
    }
    this.#there += payloads.size
  }

  /** What was found once is there for good, and nothing else is. */
  async compareAll(ledgers: readonly Ledger[]): Promise<void> {
    const there = ledgers.reduce((sum, ledger) => sum + ledger.#there, 0)
    const [counted] = await this.#watch.query<{ n: number }>(
      'select count(*)::int as n from ledger where id <> $1',
      [TAKEN],
    )
    promise(counted?.n === there, `There are ${counted?.n} rows, and ${there} were found.`)
  }
}

/** That of every row of it. */
function stateOf({ ids, number }: Write, payloads: ReadonlyMap<number, string>): State {
  const states = new Set(ids.map((id) => stateOfRow(id, payloads.get(id))))
  const [state] = states
  promise(states.size === 1 && state !== undefined, `Of write ${number} rows are ${[...states].join(', ')}.`)
  return state
}

function stateOfRow(id: number, payload: string | undefined): State {
  if (payload === undefined) return 'absent'
  const state = (['written', 'before'] as const).find((each) => payload === payloadOf(each, id))
  promise(state !== undefined, `Row ${id} is ${payload}.`)
  return state
}

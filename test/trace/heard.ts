import { tracingChannel } from 'node:diagnostics_channel'
import type { QueryTrace } from 'sluice'

type Event = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error'

/** What was published until it is disposed of. */
export interface Heard extends Disposable {
  /** Each statement once, in the order of their starts. */
  readonly traces: QueryTrace[]
  readonly events: Event[]
  /** As `kind operation table`. */
  readonly names: () => string[]
}

export function listen(): Heard {
  const traces: QueryTrace[] = []
  const events: Heard['events'] = []
  const channel = tracingChannel<unknown, QueryTrace>('sluice:query')
  const hears = (name: Event) => (trace: QueryTrace) => {
    events.push(name)
    if (name === 'start') traces.push(trace)
  }
  const subscribers = {
    start: hears('start'),
    end: hears('end'),
    asyncStart: hears('asyncStart'),
    asyncEnd: hears('asyncEnd'),
    error: hears('error'),
  }
  channel.subscribe(subscribers)
  return {
    traces,
    events,
    names: () => traces.map(({ kind, operation, table }) => `${kind} ${operation} ${table}`),
    [Symbol.dispose]: () => void channel.unsubscribe(subscribers),
  }
}

/** What happened, in figures. */
export interface Tally {
  streams: number
  rows: number
  readonly ends: Record<string, number>
  /** By SQLSTATE, or what else it was. */
  readonly errors: Record<string, number>
  /** Streams and queries that lost their connection, and those that were cancelled by somebody else. */
  losses: number
  cancelled: number
  /** Connections cut, and queries cancelled: no more may be lost than this. */
  cuts: number
  cancels: number
  /** From a loop's end to a free connection, and to a server without anything of ours. */
  longestFreeMs: number
  longestSettleMs: number
}

export function emptyTally(): Tally {
  return {
    ...{ streams: 0, rows: 0, ends: {}, errors: {} },
    ...{ losses: 0, cancelled: 0, cuts: 0, cancels: 0, longestFreeMs: 0, longestSettleMs: 0 },
  }
}

export function countUp(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

/** Adds the figures of another. */
export function addTally(sum: Tally, other: Tally): void {
  for (const name of ['streams', 'rows', 'losses', 'cancelled', 'cuts', 'cancels'] as const)
    sum[name] += other[name]
  for (const name of ['longestFreeMs', 'longestSettleMs'] as const)
    sum[name] = Math.max(sum[name], other[name])
  for (const name of ['ends', 'errors'] as const) {
    for (const [key, count] of Object.entries(other[name])) sum[name][key] = (sum[name][key] ?? 0) + count
  }
}

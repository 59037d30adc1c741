/** What was done, in figures. */
export interface Figures {
  conversations: number
  rows: number
  written: number
  /** Next queries that met what was left of the mischief. */
  spoilt: number
  longestMs: number
  readonly operations: Record<string, number>
  readonly mischief: Record<string, number>
  readonly errors: Record<string, number>
}

export function noFigures(): Figures {
  return {
    ...{ conversations: 0, rows: 0, written: 0, spoilt: 0, longestMs: 0 },
    ...{ operations: {}, mischief: {}, errors: {} },
  }
}

/** Adds those of another. */
export function addFigures(sum: Figures, other: Figures): void {
  for (const name of ['conversations', 'rows', 'written', 'spoilt'] as const) sum[name] += other[name]
  sum.longestMs = Math.max(sum.longestMs, other.longestMs)
  for (const name of ['operations', 'mischief', 'errors'] as const)
    for (const [key, count] of Object.entries(other[name])) sum[name][key] = (sum[name][key] ?? 0) + count
}

/** What a worker is told: which rows, and by which name their walk is found again. */
export interface Part {
  readonly walk: string
  /** What `partition()` restores the rows from. */
  readonly part: string
}

/** What becomes of a job: it is done, or it goes back, as good as new, for whoever is free. */
export type Fate = 'done' | 'given back'

/**
 * What is asked of a queue that exists. It delivers each job at least once, and may deliver it twice, such as when a worker is
 * thought to be dead and is not.
 */
export interface Queue {
  /** The names of the walks that it has had jobs for, as far as it remembers. */
  planned(): Promise<string[]>
  /** Adds a job for each part, all or none. */
  send(parts: readonly Part[]): Promise<void>
  /** Takes one job after the other, from now on. The signal is of a job that was given to somebody else meanwhile. */
  work(take: (part: Part, signal: AbortSignal) => Promise<Fate>): Promise<void>
  /** Takes no more, waits for the job under way, and closes its connections. */
  stop(): Promise<void>
}

const fetchTimes = new WeakMap<object, number>()

/** How long the rows of a stream that is over were waited for, in milliseconds. */
export function noteFetchTime(query: object, ms: number): void {
  fetchTimes.set(query, ms)
}

/** The same, for who reports it. */
export function fetchTimeOf(query: object): number | undefined {
  return fetchTimes.get(query)
}

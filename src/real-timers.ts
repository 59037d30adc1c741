/**
 * The timers and clocks of the platform as they were when this was loaded: tests replace the global ones by fakes, under
 * which no limit would pass and nothing that waits for a moment would ever go on.
 */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = globalThis

/** Milliseconds since the process began; never goes back. */
export const elapsed: () => number = performance.now.bind(performance)

/** Milliseconds since 1970. */
export const now: () => number = Date.now

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What a shell takes a process to end with that ended by a signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** A signal that is aborted by Ctrl-C; a second one ends the process at once, as without this. */
export function untilSignal(): Disposable & {
  readonly signal: AbortSignal
  /** Of a process that ends because of it. */
  readonly exitCode: number
} {
  const controller = new AbortController()
  let exitCode = 1
  const abort = (name: NodeJS.Signals): void => {
    dispose()
    exitCode = EXIT_CODES[name as (typeof SIGNALS)[number]]
    controller.abort()
  }
  const dispose = (): void => {
    for (const name of SIGNALS) process.off(name, abort)
  }
  for (const name of SIGNALS) process.once(name, abort)
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    [Symbol.dispose]: dispose,
  }
}

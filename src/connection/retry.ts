import { setTimeout as sleep } from 'node:timers/promises'
import { asError } from '../errors.js'
import { checkOptions, milliseconds, size, type OptionChecks } from '../options.js'

/** How what can safely be repeated is repeated. */
export interface RetrySettings {
  /** How often it is tried, the first time included. Default 3. */
  readonly attempts?: number
  /** The pause before the second attempt, in milliseconds; it doubles with each further one. Default 100. */
  readonly delayMs?: number
  /** The longest pause, in milliseconds. Default 5,000. */
  readonly maxDelayMs?: number
}

export type HeldRetry = Required<RetrySettings>

const DEFAULTS: HeldRetry = { attempts: 3, delayMs: 100, maxDelayMs: 5_000 }
const CHECKS: OptionChecks<RetrySettings> = {
  attempts: size,
  delayMs: milliseconds,
  maxDelayMs: milliseconds,
}

/** @throws {@link OptionError} */
export function heldRetry(settings: RetrySettings | undefined): HeldRetry {
  if (settings === undefined) return { ...DEFAULTS, attempts: 1 }
  const given = Object.entries(checkOptions(settings, CHECKS, 'retry')).filter(
    ([, value]) => value !== undefined,
  )
  return { ...DEFAULTS, ...Object.fromEntries(given) }
}

/** How often it was tried that ended with this error. */
export function attemptsOf(error: unknown): number {
  return (error as { attempts?: number }).attempts ?? 1
}

/**
 * Tries a task until it succeeds, cannot be helped or has been tried often enough. Its last error then says how often,
 * in `attempts`.
 *
 * @param isWorth whether it is to be tried again after this error.
 * @param signal ends the pauses.
 */
export async function retrying<T>(
  { attempts, delayMs, maxDelayMs }: HeldRetry,
  task: () => Promise<T>,
  isWorth: (error: Error) => boolean,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await task()
    } catch (thrown) {
      const error = asError(thrown)
      // What a caller's function has thrown may be frozen.
      if (attempt > 1) Reflect.set(error, 'attempts', attempt)
      if (attempt >= attempts || !isWorth(error) || signal?.aborted === true) throw thrown
      // Half of the pause is by chance, so that many who failed at once do not come back at once.
      const pause = Math.min(maxDelayMs, delayMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)
      await sleep(pause, undefined, { ...(signal && { signal }) }).catch(() => {
        throw thrown
      })
    }
  }
}

import { checkOptions, type OptionCheck, type OptionChecks } from '../options.js'
import { sessionSettings, type SessionSettings } from '../session-settings.js'

/**
 * How the connections of `iterator()` are set up, on the worker thread where functions of this one cannot run. Given, it
 * stands for all that listeners, callbacks and classes do to the pool's own; empty, it says that they set nothing.
 */
export interface WorkerSession {
  /** Set first, by `set_config`. */
  readonly settings?: SessionSettings
  /** Run in their order after that. */
  readonly statements?: readonly string[]
  /**
   * A module that the worker imports, by its URL or the name of a package, whose default export is called with each new
   * client of pg and awaited: `new URL('./session.js', import.meta.url)`.
   */
  readonly module?: string | URL
}

const statements: OptionCheck = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
    ? undefined
    : "must be a list of statements, such as ['set role reporting']"

/** A path would be one from the worker's file, wherever that is. */
const module: OptionCheck = (value) => {
  const text = value instanceof URL ? value.href : value
  const isNamed = typeof text === 'string' && /^(?:[a-z][a-z\d+]*:|[@a-z\d])/i.test(text)
  return isNamed ? undefined : "must be a URL or a package's name: new URL('./session.js', import.meta.url)"
}

const CHECKS: OptionChecks<WorkerSession> = { settings: sessionSettings, statements, module }

/** The same as plain data for another thread. @throws {@link OptionError} */
export function heldWorkerSession(session: WorkerSession | undefined): WorkerSession | undefined {
  if (session === undefined) return undefined
  const { settings, statements, module } = checkOptions(session, CHECKS, 'workerSession')
  return {
    ...(settings && { settings: { ...settings } }),
    ...(statements && { statements: [...statements] }),
    ...(module && { module: String(module) }),
  }
}

import { inspect } from 'node:util'
import { workerData } from 'node:worker_threads'
import type { WorkerSettings } from './messages.js'

/** Says why the thread ends, also when what comes after this cannot be loaded: no event reaches a caller that waits. */
const { watchdog } = workerData as WorkerSettings

process.on('uncaughtExceptionMonitor', (thrown: unknown) => {
  watchdog.postMessage({ error: { message: messageOf(thrown), stack: textOf(thrown, 'stack') } })
})
process.on('exit', (exitCode) => watchdog.postMessage({ exitCode }))
watchdog.on('message', () => {}).unref()

function messageOf(thrown: unknown): string {
  return textOf(thrown, 'message') ?? inspect(thrown)
}

/** A getter of an application's own may throw. */
function textOf(thrown: unknown, name: 'message' | 'stack'): string | undefined {
  try {
    const text = (thrown as Partial<Error> | null | undefined)?.[name]
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}

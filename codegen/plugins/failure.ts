import { CodegenError, messageOf } from '../errors.js'

export type Hook = 'model' | 'files'

/** Refuses what a hook gave back, by saying what is wrong with it. */
export type Refuse = (problem: string) => CodegenError

export function refuser(plugin: string, hook: Hook): Refuse {
  return (problem) => new CodegenError(`The hook ${hook} of the plugin "${plugin}" ${problem}`)
}

/** What came out of a hook's own code, with the lines of its stack that are the author's. */
export function thrownBy(plugin: string, hook: Hook, error: unknown): CodegenError {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  const own = lines
    .filter(
      (line) => /^\s{4}at /.test(line) && !/node_modules|node:/.test(line) && !line.includes(import.meta.url),
    )
    .slice(0, 3)
  return new CodegenError(
    [`The hook ${hook} of the plugin "${plugin}" threw: ${messageOf(error)}`, ...own].join('\n'),
    {
      cause: error,
    },
  )
}

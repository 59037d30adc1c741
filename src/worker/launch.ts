import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts the worker thread from source: as TypeScript, and since Node 20 hands no loader of the parent to a worker, tsx
 * registers itself there first. The build has launch.built.ts in the place of this file.
 */
export function launch(options: WorkerOptions, file?: string | URL): Worker {
  if (file !== undefined) return new Worker(file, options)
  const entry = new URL('./sluice-worker.ts', import.meta.url)
  const code = `
    import(${JSON.stringify(tsxApi())}).then(({ register }) => {
      register()
      return import(${JSON.stringify(entry.href)})
    })`
  return new Worker(code, { ...options, eval: true })
}

/** Why the thread cannot have started, where that is seen from here. */
export function launchProblem(_file?: string | URL): string | undefined {
  return undefined
}

/** `require` would resolve `tsx/esm/api` to its CommonJS twin, which cannot register from a worker. */
function tsxApi(): string {
  return new URL('./esm/api/index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx'))).href
}

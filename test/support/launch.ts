import { Worker, type WorkerOptions } from 'node:worker_threads'
import { inject } from 'vitest'

declare module 'vitest' {
  export interface ProvidedContext {
    worker: string
  }
}

/**
 * Stands in for src/worker/launch.ts, which compiles the worker anew for each thread that it starts: here all threads of
 * the run have what was compiled once. test/sync/worker-start.test.ts has the other.
 */
export function launch(options: WorkerOptions, file: string | URL = inject('worker')): Worker {
  return new Worker(file, options)
}

export { launchProblem } from '../../src/worker/launch.js'

import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
// By this name: webpack does not follow a worker of "node:worker_threads".
import { Worker, type WorkerOptions } from 'worker_threads'

/** In a bundle of CommonJS there is no URL, whatever its type says, but a path. */
const url = import.meta.url as string | undefined
const here = url ?? (typeof __filename === 'string' ? pathToFileURL(__filename).href : undefined)

/**
 * Starts the worker thread from the file that is given, or from the one beside this. Bundlers that know workers find that
 * by the expression, and put what they make of it in its place.
 */
export function launch(options: WorkerOptions, file: string | URL | undefined = otherFile()): Worker {
  return file === undefined
    ? new Worker(new URL('./sluice-worker.mjs', import.meta.url), options)
    : new Worker(file, options)
}

/** What may be the reason, where the thread did not come as far as to say one. */
export function launchProblem(given?: string | URL): string | undefined {
  const isThere = given === undefined ? filesBeside().length > 0 : existsSync(given)
  if (isThere) return undefined
  return given === undefined
    ? `there is no sluice-worker.mjs beside ${here}: have your bundler build "sluice/worker" to there, or name its file by ` +
        'the setting iteratorWorker'
    : `there is no ${String(given)}, which the setting iteratorWorker names`
}

/** What a bundler that does not know workers has made of "sluice/worker", where that is another kind of module. */
function otherFile(): URL | undefined {
  const [file] = filesBeside()
  return file?.pathname.endsWith('.mjs') && url !== undefined ? undefined : file
}

/** By no name that is written out, which bundlers would follow. */
function filesBeside(): URL[] {
  if (here === undefined) return []
  return ['mjs', 'js', 'cjs']
    .map((extension) => new URL(`./sluice-worker.${extension}`, here))
    .filter((file) => existsSync(file))
}

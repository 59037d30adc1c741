import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { World } from './world.js'

/** A server on a thread of its own, where it goes on while `iterator()` blocks the one of the loop. */
export interface ServerThread<Command> {
  readonly url: string
  /** Resolves when it has been done. */
  tell(command: Command): Promise<void>
}

/**
 * Starts one, which ends with the scenario.
 *
 * @param program the compiled module beside this one, which says its URL and then answers each command.
 */
export async function startServerThread<Command>(
  world: World,
  program: string,
  workerData: string,
): Promise<ServerThread<Command>> {
  const worker = new Worker(new URL(program, import.meta.url), { workerData })
  world.atEnd(() => worker.terminate())
  const [url] = (await once(worker, 'message')) as [string]
  return {
    url,
    async tell(command) {
      worker.postMessage(command)
      await once(worker, 'message')
    },
  }
}

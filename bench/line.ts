import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A line of some length to a server. */
export interface Line extends AsyncDisposable {
  readonly url: string
}

/** Opens one, kept by a process of its own. @param milliseconds that everything takes, each way. */
export async function openLine(url: string, milliseconds: number): Promise<Line> {
  const program = fileURLToPath(new URL('delaying-proxy.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, url, String(milliseconds)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const failed = ended.then(() => {
    throw new Error('The line to the server could not be opened.')
  })
  const [here] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer]
  failed.catch(() => {})
  return {
    url: here.toString().trim(),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end()
      await ended
    },
  }
}

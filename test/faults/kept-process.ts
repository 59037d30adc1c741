import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** A server's process, which ends with this one, however that ends. */
export interface KeptProcess {
  /** Stops it at once, and waits for its end. */
  stop(): Promise<void>
}

export interface KeptProcessOptions {
  readonly uid: number
  readonly gid: number
  /** By which it is stopped at once. */
  readonly signal: 'QUIT' | 'KILL'
  /** Where it writes to: a file's descriptor. */
  readonly log: number | 'ignore'
}

/** The end of standard input, which comes with the end of this process, is what the shell waits for. */
const KEEPER = 'signal=$0; "$@" & read -r _; kill -$signal $!; wait $!'

export function keepProcess(
  command: string,
  args: readonly string[],
  { uid, gid, signal, log }: KeptProcessOptions,
): KeptProcess {
  const shell = spawn('sh', ['-c', KEEPER, signal, command, ...args], {
    ...(process.getuid?.() === 0 && { uid, gid }),
    cwd: '/',
    stdio: ['pipe', log, log],
  })
  const ended = once(shell, 'close')
  return {
    async stop() {
      shell.stdin?.end()
      await ended
    },
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

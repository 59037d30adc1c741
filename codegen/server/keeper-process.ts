import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { CodegenError } from '../errors.js'
import { keeperCommand } from './keeper-command.js'
import type { KeeperMessage, KeeperOrder } from './keeper-messages.js'
import { removeLeftovers } from './leftovers.js'

type KeeperChild = ChildProcessByStdio<Writable, Readable, Readable>

/** The keeper as its owner sees it. It does not hold up the owner's end. */
export interface KeeperProcess {
  readonly port: number
  readonly logFile: string
  /** Resolves when the server is stopped and its folder removed. */
  stop(): Promise<void>
}

/** @throws CodegenError with the keeper's reason when the server did not start. */
export async function startKeeper(
  order: KeeperOrder,
  notify: (text: string) => void,
): Promise<KeeperProcess> {
  const child = spawnKeeper()
  const outcome = new Outcome(child, notify)
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${JSON.stringify(order)}\n`)
  const { port, logFile } = await outcome.ready
  setHeld(child, false)
  let stopped: Promise<void> | undefined
  return { port, logFile, stop: () => (stopped ??= stop(child, outcome, notify)) }
}

async function stop(child: KeeperChild, outcome: Outcome, notify: (text: string) => void): Promise<void> {
  setHeld(child, true)
  child.stdin.end()
  await outcome.ended
  if (child.exitCode === 0) return
  if (outcome.failure !== undefined) throw new CodegenError(outcome.failure)
  // The keeper was killed, and cannot clean up any more.
  await removeLeftovers(notify)
}

/** Reads what the keeper says. */
class Outcome {
  readonly ready: Promise<Extract<KeeperMessage, { kind: 'ready' }>>
  readonly ended: Promise<unknown>
  failure: string | undefined

  constructor(child: KeeperChild, notify: (text: string) => void) {
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    // 'close' comes after the last line was read.
    this.ended = once(child, 'close')
    this.ready = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const message = JSON.parse(line) as KeeperMessage
        if (message.kind === 'notice') notify(message.text)
        else if (message.kind === 'ready') resolve(message)
        else this.failure = message.text
      })
      this.ended.then(
        () =>
          reject(new CodegenError(this.failure ?? `The keeper of PostgreSQL ended early.\n${errors.trim()}`)),
        reject,
      )
    })
  }
}

/** Detached, so that a Ctrl-C in the terminal, which goes to a whole process group, does not reach it. */
function spawnKeeper(): KeeperChild {
  const token = randomBytes(12).toString('hex')
  return spawn(process.execPath, [...keeperCommand(), token], {
    cwd: tmpdir(),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
}

/** Whether the child holds this process's event loop open. */
function setHeld(child: KeeperChild, held: boolean): void {
  if (held) child.ref()
  else child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (!(stream instanceof Socket)) continue
    if (held) stream.ref()
    else stream.unref()
  }
}

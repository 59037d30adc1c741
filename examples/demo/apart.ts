import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../../codegen/errors.js'
import type { Scope } from './scope.js'

type Answer<T> = { readonly value: T } | { readonly failure: string }

/** A program beside this file. */
export interface Program {
  readonly file: string
  readonly args?: readonly string[]
  /** The program finds it in DATABASE_URL. */
  readonly url: string
}

/**
 * Runs a program in a process of its own and returns its answer. Whatever keeps a thread busy runs so: the demo itself
 * can answer a Ctrl-C at any time, and each measurement has its memory to itself.
 *
 * @throws Error with the program's message when it failed.
 */
export async function runApart<T>(scope: Scope, { file, args = [], url }: Program): Promise<T> {
  const child = await scope.open(
    () =>
      fork(fileURLToPath(new URL(file, import.meta.url)), args, {
        env: { ...process.env, DATABASE_URL: url },
      }),
    kill,
  )
  let answer: Answer<T> | undefined
  // The program is one of ours, and T what it answers.
  child.on('message', (message) => (answer = message as Answer<T>))
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  if (answer === undefined)
    throw new ApartError(`${file} ended without an answer (${signal ?? `exit code ${code}`}).`, signal)
  if ('failure' in answer) throw new ApartError(`${file}: ${answer.failure}`)
  return answer.value
}

/** What such a program is: one function, whose result is the answer. */
export async function answer<T>(work: (url: string) => Promise<T>): Promise<void> {
  // Also when the demo is killed: nobody waits for the answer then.
  process.once('disconnect', () => process.exit())
  const reply = await work(process.env['DATABASE_URL'] ?? '').then(
    (value): Answer<T> => ({ value }),
    (error: unknown): Answer<T> => ({ failure: messageOf(error) }),
  )
  process.send?.(reply, () => process.disconnect())
}

/** A program failed, or was ended by a signal. */
export class ApartError extends Error {
  readonly code = 'PROGRAM_FAILED'

  constructor(
    message: string,
    readonly signal: string | null = null,
  ) {
    super(message)
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  // A process that blocks would not notice a gentler signal.
  child.kill('SIGKILL')
  await exited
}

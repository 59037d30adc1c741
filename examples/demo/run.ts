import { constants } from 'node:os'
import { SluiceError } from 'sluice'
import { CodegenError, messageOf } from '../../codegen/errors.js'
import { ApartError } from './apart.js'
import { stopwatch } from './print.js'
import { Scope } from './scope.js'

/** Ctrl-C, `kill`, and a terminal window that is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof signals)[number]

/**
 * Runs the demo so that nothing is left behind, whether it ends, fails or is interrupted: no server, no database, no
 * file. A failure is one message and exit code 1.
 */
export async function run(demo: (scope: Scope) => Promise<void>): Promise<void> {
  const scope = new Scope()
  const time = stopwatch()
  let interrupted = false
  const interrupt = async (exitCode: number, reason: string): Promise<void> => {
    if (interrupted || scope.isClosing) return
    interrupted = true
    const clean = await closed(scope)
    if (clean) console.error(`\n${reason} The database and the files are gone.`)
    process.exit(clean ? exitCode : 1)
  }
  const interruptBy = (signal: Signal) =>
    interrupt(128 + constants.signals[signal], `Interrupted (${signal}).`)
  for (const signal of signals) process.on(signal, () => void interruptBy(signal))
  // Whoever read the output has left, as in `npm run demo | head`.
  process.stderr.on('error', () => undefined)
  process.stdout.on('error', () => void interrupt(0, 'The output was closed.'))
  let isDone = false
  try {
    await demo(scope)
    isDone = true
  } catch (error) {
    // A Ctrl-C goes to all processes of the terminal, and ours may be the last to get it.
    const signal = signals.find((each) => error instanceof ApartError && error.signal === each)
    if (signal !== undefined) await interruptBy(signal)
    // An interrupted demo fails at whatever it was doing: that is not news.
    if (!interrupted) report(error)
  }
  if (interrupted) return
  const clean = await closed(scope)
  if (isDone && clean) console.log(`\nDone in ${time()}. The database and the files are gone.`)
  else process.exitCode ??= 1
}

/** Whether everything could be closed; what could not is reported. */
async function closed(scope: Scope): Promise<boolean> {
  const failures = await scope.close()
  for (const failure of failures) report(failure)
  return failures.length === 0
}

/** Errors with a code and those of the generator say all there is to say; anything else is a mistake of ours. */
function report(error: unknown): void {
  const isExplained =
    error instanceof CodegenError ||
    error instanceof SluiceError ||
    error instanceof AggregateError ||
    (error instanceof Error && 'code' in error)
  console.error(isExplained ? `\n${messageOf(error)}` : error)
}

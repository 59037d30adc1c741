import { CodegenError, messageOf } from '../errors.js'
import { readScript } from '../script-text/index.js'
import { LeftOuts } from './left-out.js'
import { Script, type ScriptContext } from './script.js'
import { ScriptSession } from './session.js'
import { StatementRunner } from './statement-runner.js'
import { PsqlVariables } from './psql/session-variables.js'

export interface RunOptions {
  /** Told after each statement how many characters of the script are done, of how many. */
  readonly onProgress?: (done: number, total: number) => void
  /** Counts what is left out. Default: nobody does. */
  readonly leftOuts?: LeftOuts
  /** Extensions to leave out, with what hangs on them. Default: none. */
  readonly skipExtensions?: readonly string[]
  /**
   * Whose the server is: `ours`, a temporary one on which roles that are missing are made, or `shared`, on which nothing
   * is made but in the database. Default: `shared`.
   */
  readonly server?: 'ours' | 'shared'
}

/**
 * Runs a file of SQL the way psql does, `COPY … FROM stdin` with its data included, and stops at the first error. It
 * has a connection of its own, so that what the script sets ends with it.
 *
 * @throws CodegenError that names file and line.
 */
export async function runSqlFile(url: string, path: string, options: RunOptions = {}): Promise<void> {
  await runSqlText(url, await readScript(path), path, options)
}

/** Like {@link runSqlFile}, for a script in memory; `name` stands for the file in messages. */
export async function runSqlText(
  url: string,
  text: string,
  name: string,
  options: RunOptions = {},
): Promise<void> {
  const { leftOuts = new LeftOuts(), skipExtensions = [], server = 'shared' } = options
  const session = await ScriptSession.open(url, name, server === 'shared')
  try {
    const context: ScriptContext = {
      session,
      leftOuts,
      variables: await PsqlVariables.of(session),
      statements: new StatementRunner(session, leftOuts, { isShared: server === 'shared', skipExtensions }),
      onProgress: options.onProgress ?? (() => undefined),
    }
    await new Script(context, text, name).run()
    await session.commit().catch((error: unknown) => {
      throw new CodegenError(`${name}: the end of its transaction: ${messageOf(error)}`, { cause: error })
    })
  } finally {
    await session.close()
  }
}

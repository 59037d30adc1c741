import type * as Emitter from './emit/emit.js'
import { CodegenError, messageOf } from './errors.js'

/**
 * Loads what renders code, which needs `ts-morph`: an optional peer, so that a production install goes without it.
 *
 * @throws {@link CodegenError} with the line that installs it, when it is missing.
 */
export async function loadEmit(
  load: () => Promise<typeof Emitter> = () => import('./emit/emit.js'),
): Promise<typeof Emitter.emit> {
  try {
    const { emit } = await load()
    return emit
  } catch (error) {
    if (!isMissing(error, 'ts-morph')) throw error
    throw new CodegenError(
      'The generator renders code with npm\'s "ts-morph", which is not installed.\n' +
        'Install it:    npm install --save-dev ts-morph',
      { cause: error },
    )
  }
}

/** The name is told by the message alone. */
function isMissing(error: unknown, name: string): boolean {
  const code = (error as { readonly code?: unknown }).code
  return code === 'ERR_MODULE_NOT_FOUND' && messageOf(error).includes(`package '${name}'`)
}

import { CodegenError, messageOf } from '../../errors.js'

/**
 * Loads a library that is an optional peer.
 *
 * @throws {@link CodegenError} with the line that installs it, when it is missing.
 */
export async function peer<T>(name: string, format: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (code !== 'ERR_MODULE_NOT_FOUND' || !messageOf(error).includes(`package '${name}'`)) throw error
    throw new CodegenError(
      `${format} goes by npm's "${name}", which is not installed.\nInstall it:    npm install --save-dev ${name}`,
      { cause: error },
    )
  }
}

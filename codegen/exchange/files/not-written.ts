import { CodegenError, messageOf } from '../../errors.js'

/** Whoever reads what is written has had enough, as `head` does. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone'
}

/** Why a file could not be written, in words for the command line. */
export function notWritten(name: string, error: unknown): Error {
  const { code } = error as { readonly code?: unknown }
  if (code === 'EPIPE') return new ReaderGone()
  const full = code === 'ENOSPC' || code === 'EDQUOT' ? ' The disk is full.' : ''
  return new CodegenError(`Could not write ${name}.${full} ${messageOf(error)}`, { cause: error })
}

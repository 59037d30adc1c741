/** Something the user of the generator can put right. The command line prints the message alone and exits with 1. */
export class CodegenError extends Error {
  override readonly name = 'CodegenError'
}

/** The text of anything thrown. Connecting to a name with several addresses fails with a list and no message. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

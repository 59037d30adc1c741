import { CodegenError, messageOf } from '../errors.js'

/** What people are shown of an error: anything but a CodegenError is a mistake of ours, whose stack a report needs. */
export function shownError(error: unknown): string {
  if (error instanceof CodegenError) return messageOf(error)
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

import { DecodeError } from '../../errors.js'
import { describe, misfit } from '../describe.js'
import { checkString } from '../text/text.js'

/** The error for a date or time that is not in the ISO style. */
export function notIso(type: string, text: string): DecodeError {
  return new DecodeError(
    `It is no ${type} in the ISO style, but ${describe(text)}: other styles are ambiguous. Set DateStyle to 'ISO' for this connection or database.`,
    { value: text },
  )
}

/** A date, time or interval on its way in: PostgreSQL's input syntax is rich, so the server has the last word. */
export function encodeMoment(type: string, example: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return checkString(type, value)
  throw misfit(`${type} takes a string such as '${example}'`, value)
}

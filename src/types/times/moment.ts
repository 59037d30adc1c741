import { DecodeError, EncodeError } from '../../errors.js'
import { describe } from '../describe.js'
import { checkString } from '../text/text.js'

/** The error for a date or time that is not in the ISO style. */
export function notIso(type: string, text: string): DecodeError {
  return new DecodeError(
    `${describe(text)} is not a ${type} in the ISO style: other styles are ambiguous. Set DateStyle to 'ISO' for this connection or database.`,
  )
}

/** A date, time or interval on its way in: PostgreSQL's input syntax is rich, so the server has the last word. */
export function encodeMoment(type: string, example: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return checkString(type, value)
  throw new EncodeError(`${type} takes a string such as '${example}', not ${describe(value)}.`)
}

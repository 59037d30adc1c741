import { DatabaseError } from 'pg'
import { CodegenError, messageOf } from '../errors.js'
import { originOf } from './extensions.js'
import { offsetIn, type Statement } from './statement.js'

/** `file:line: message`, the line being the server's position inside the statement, or else the statement's first. */
export function scriptError(file: string, script: string, part: Statement, error: unknown): CodegenError {
  // What was done about a statement is told as it is.
  if (error instanceof CodegenError) return error
  const from = error instanceof DatabaseError ? error : undefined
  const offset = offsetIn(part, utf16Length(part.text, Number(from?.position ?? 1) - 1))
  const lines = [`${placeOf(file, script, offset)}: ${messageOf(error)}`]
  if (from?.detail) lines.push(`DETAIL: ${from.detail}`)
  const origin = from && originOf(from)
  if (origin !== undefined) lines.push(`HINT: ${origin}.`)
  else if (from?.hint) lines.push(`HINT: ${from.hint}`)
  if (from?.where) lines.push(`CONTEXT: ${from.where}`)
  return new CodegenError(lines.join('\n'), { cause: error })
}

/** `file:line` of a place in a script. */
export function placeOf(file: string, script: string, offset: number): string {
  return `${file}:${String(lineAt(script, offset))}`
}

function lineAt(script: string, offset: number): number {
  let line = 1
  for (let at = script.indexOf('\n'); at >= 0 && at < offset; at = script.indexOf('\n', at + 1)) line++
  return line
}

/** The server counts characters, JavaScript UTF-16 units. */
export function utf16Length(text: string, characters: number): number {
  let length = 0
  for (const character of text) {
    if (characters-- <= 0) break
    length += character.length
  }
  return length
}

import { DatabaseError } from 'pg'
import { CodegenError, messageOf } from '../errors.js'
import type { ScriptPart } from './scanner.js'

/** `file:line: message`, the line being the server's position inside the statement, or else the statement's first. */
export function scriptError(file: string, script: string, part: ScriptPart, error: unknown): CodegenError {
  const from = error instanceof DatabaseError ? error : undefined
  const offset = part.offset + utf16Length(part.text, Number(from?.position ?? 1) - 1)
  const lines = [`${file}:${String(lineAt(script, offset))}: ${messageOf(error)}`]
  if (from?.detail) lines.push(`DETAIL: ${from.detail}`)
  if (from?.hint) lines.push(`HINT: ${from.hint}`)
  if (from?.where) lines.push(`CONTEXT: ${from.where}`)
  return new CodegenError(lines.join('\n'))
}

/** psql's commands that change nothing about how a script is loaded. */
const ignored = [
  /^\\(restrict|unrestrict|echo|qecho|warn|timing|pset|\.)(\s|$)/,
  /^\\encoding(\s+'?utf-?8'?)?$/i,
  /^\\set\s+ON_ERROR_STOP\b/,
]

/** @throws CodegenError for a backslash command that only psql can follow. */
export function checkCommand(file: string, script: string, part: ScriptPart): void {
  if (part.kind === 'command' && ignored.some((pattern) => pattern.test(part.text))) return
  const line = lineAt(script, part.offset)
  const name = /^\\\S*/.exec(part.text)?.[0] ?? part.text
  throw new CodegenError(
    `${file}:${String(line)}: the psql command "${name}" is not supported here: take it out, or load the file with psql.`,
  )
}

function lineAt(script: string, offset: number): number {
  let line = 1
  for (let at = script.indexOf('\n'); at >= 0 && at < offset; at = script.indexOf('\n', at + 1)) line++
  return line
}

/** The server counts characters, JavaScript UTF-16 units. */
function utf16Length(text: string, characters: number): number {
  let length = 0
  for (const character of text) {
    if (characters-- <= 0) break
    length += character.length
  }
  return length
}

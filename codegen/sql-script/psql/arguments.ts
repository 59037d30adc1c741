import { expanded, VARIABLE, type Variables } from './variables.js'

/** The arguments of a backslash command, and where what follows them begins. */
export interface Arguments {
  readonly values: readonly string[]
  readonly end: number
  /** One of them is what a program prints: `` `date` ``. */
  readonly hasProgram: boolean
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', r: '\r', f: '\f' }

/** Reads arguments by psql's rules: up to the end of the line, or a backslash outside of quotes. */
export function readArguments(text: string, start: number, variables: Variables): Arguments {
  const values: string[] = []
  let current: string | undefined
  let hasProgram = false
  let at = start
  const close = (): void => {
    if (current !== undefined) values.push(current)
    current = undefined
  }
  while (at < text.length) {
    const character = text.charAt(at)
    if (character === '\n' || character === '\\') break
    if (/\s/.test(character)) {
      close()
      at++
    } else if (character === "'" || character === '"' || character === '`') {
      const quoted = readQuoted(text, at)
      hasProgram ||= character === '`'
      current = (current ?? '') + (character === '"' ? `"${quoted.value}"` : quoted.value)
      at = quoted.end
    } else {
      VARIABLE.lastIndex = at
      const found = character === ':' ? VARIABLE.exec(text) : null
      const value = found && expanded(found, variables)
      current = (current ?? '') + (found && value ? value.text : character)
      at = found && value ? VARIABLE.lastIndex : at + 1
    }
  }
  close()
  return { values, end: text.startsWith('\\\\', at) ? at + 2 : at, hasProgram }
}

/** An argument without the double quotes that psql takes off names of files, databases and variables. */
export function unquoted(value: string): string {
  return value.replace(/"([^"]*)"/g, '$1')
}

function readQuoted(text: string, start: number): { readonly value: string; readonly end: number } {
  const quote = text.charAt(start)
  let value = ''
  let at = start + 1
  for (; at < text.length && text.charAt(at) !== '\n'; at++) {
    const character = text.charAt(at)
    if (character === quote) {
      if (quote === '`' || text.charAt(at + 1) !== quote) return { value, end: at + 1 }
      value += quote
      at++
    } else if (character === '\\' && quote === "'") {
      const escaped = text.charAt(++at)
      value += ESCAPES[escaped] ?? escaped
    } else value += character
  }
  return { value, end: at }
}

/** A word that says yes or no to psql, or a beginning of one. */
export function isTrue(word: string): boolean | undefined {
  const lower = word.toLowerCase()
  if (lower === '') return undefined
  if (lower === '1' || lower === 'on' || 'true'.startsWith(lower) || 'yes'.startsWith(lower)) return true
  if (lower === '0' || (lower.length > 1 && 'off'.startsWith(lower))) return false
  return 'false'.startsWith(lower) || 'no'.startsWith(lower) ? false : undefined
}

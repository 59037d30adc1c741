import { Draft, type ScriptPart, type Statement } from './statement.js'
import { Nesting } from './nesting.js'
import { expanded, VARIABLE, type Variables } from './psql/variables.js'

export type { ScriptPart } from './statement.js'

const identifierStart = 'A-Za-z_\\u0080-\\uffff'
const identifierPart = '\\w\\u0080-\\uffff'

/** What matters to where a statement ends; everything else is taken a character at a time by the last branch. */
// Of nothing but the constants above.
// eslint-disable-next-line security/detect-non-literal-regexp
const tokenPattern = new RegExp(
  [
    '(?<blank>\\s+|--[^\\n]*)',
    '(?<comment>/\\*)',
    '(?<quote>[\'"])',
    `(?<dollar>\\$(?:[${identifierStart}][${identifierPart}]*)?\\$)`,
    `(?<word>[${identifierStart}][${identifierPart}$]*)`,
    '(?<colons>::|:=|:)',
    '(?<other>\\d[\\w.$]*|[^])',
  ].join('|'),
  'y',
)

/** Two string literals with only a line break between them are one, and follow the rules of the first. */
const continuation = /[ \t\f\v]*[\r\n]\s*'/y

/** What is read at the moment: the script, or the value of a variable in it, which may have variables in turn. */
interface Input {
  readonly text: string
  readonly variable?: string
  /** Of a variable: where it stands in the script. */
  readonly place?: number
  position: number
}

const NO_VARIABLES: Variables = { get: () => undefined }

/**
 * Takes a psql script apart by psql's own rules, one part at a time, since only the server knows whether a statement
 * is followed by lines of COPY data, and only who runs it what its variables are by then.
 */
export class ScriptScanner {
  readonly text: string
  readonly #variables: Variables
  readonly #script: Input
  #inputs: Input[]
  #draft = new Draft()
  #nesting = new Nesting()

  constructor(text: string, variables: Variables = NO_VARIABLES) {
    this.text = text
    this.#variables = variables
    this.#script = { text, position: 0 }
    this.#inputs = [this.#script]
  }

  /** How far the script has been read, in characters. */
  get position(): number {
    return this.#script.position
  }

  /** The next part, or `undefined` at the end of the script. What stands before an inner command is kept. */
  next(): ScriptPart | undefined {
    for (;;) {
      const input = this.#input
      const at = input.position
      const token = this.#match(tokenPattern)?.groups
      if (!token) {
        if (this.#inputs.length > 1) {
          this.#leaveVariable(input)
          continue
        }
        return this.#draft.isEmpty ? undefined : { kind: 'statement', ...this.takeStatement() }
      }
      if (token['blank'] !== undefined) continue
      if (token['comment'] !== undefined) {
        this.#skipComment()
        continue
      }
      if (token['other'] === ';' && this.#nesting.isFlat) {
        if (!this.#draft.isEmpty) return { kind: 'statement', ...this.takeStatement(at) }
        continue
      }
      if (token['colons'] === ':' && this.#expand(at)) continue
      if (token['other'] === '\\' && input === this.#script) {
        const escaped = /^[;:]/.exec(input.text.charAt(at + 1))
        if (escaped === null) return this.#command(at)
        this.#draft.begin(input, at)
        this.#draft.cut(at, at + 1)
        input.position++
        continue
      }
      this.#draft.begin(input, at)
      this.#skipQuoted(token)
      this.#nesting.see(token['word'] ?? token['other'] ?? '')
    }
  }

  /** What stands before an inner command, without it: as a statement of its own. */
  takeStatement(end = this.#input.position): Statement {
    const statement = this.#draft.end(end)
    this.#draft = new Draft()
    this.#nesting = new Nesting()
    return statement
  }

  /** Reads on from here: behind the arguments of a command. */
  continueAt(position: number): void {
    this.#script.position = position
  }

  /** The lines of COPY data that begin on the next line and end before `\.`. */
  takeCopyData(): string {
    this.#inputs = [this.#script]
    const start = Math.min(this.#lineEnd() + 1, this.text.length)
    const end = /^\\\.\r?$/gm
    end.lastIndex = start
    const found = end.exec(this.text)
    this.#script.position = found ? end.lastIndex : this.text.length
    return this.text.slice(start, found?.index)
  }

  get #input(): Input {
    return this.#inputs.at(-1) ?? this.#script
  }

  #command(at: number): ScriptPart {
    this.#script.position = this.#lineEnd()
    const text = this.text.slice(at, this.#script.position).trimEnd()
    if (this.#draft.isEmpty) return { kind: 'command', text, offset: at, pieces: [] }
    this.#draft.cut(at, this.#script.position)
    return { kind: 'inner command', text, offset: at, pieces: [] }
  }

  /** A variable that is set stands for its value; one that is not is left as it is. */
  #expand(at: number): boolean {
    const input = this.#input
    VARIABLE.lastIndex = at
    const found = VARIABLE.exec(input.text)
    const value = found === null ? undefined : expanded(found, this.#variables)
    if (value === undefined) return false
    if (value.isWhole && this.#inputs.some(({ variable }) => variable === value.name)) return false
    input.position = VARIABLE.lastIndex
    const place = input.place ?? at
    this.#draft.leave(at)
    if (value.isWhole) this.#inputs.push({ text: value.text, variable: value.name, place, position: 0 })
    else this.#draft.insert(value.text, place)
    if (!value.isWhole) this.#draft.resume(input)
    return true
  }

  #leaveVariable(input: Input): void {
    this.#draft.leave(input.position)
    this.#inputs.pop()
    this.#draft.resume(this.#input)
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    const input = this.#input
    pattern.lastIndex = input.position
    const found = pattern.exec(input.text)
    if (found) input.position = pattern.lastIndex
    return found
  }

  #skipQuoted(token: Record<string, string | undefined>): void {
    const input = this.#input
    if (token['dollar'] !== undefined) this.#skipPast(token['dollar'])
    else if (token['quote'] === '"') this.#skipPast('"')
    else if (token['quote'] === "'") this.#skipString(/[^']*'/y)
    else if (/^e$/i.test(token['word'] ?? '') && input.text[input.position] === "'") {
      input.position++
      this.#skipString(/(?:[^'\\]|\\[^])*'/y)
    }
  }

  /** A doubled quote reads as the end of one literal and the beginning of the next. */
  #skipString(rest: RegExp): void {
    const input = this.#input
    do {
      if (!this.#match(rest)) input.position = input.text.length
      if (input.text[input.position] === "'") input.position++
      else if (!this.#match(continuation)) return
    } while (input.position < input.text.length)
  }

  #skipPast(delimiter: string): void {
    const input = this.#input
    const end = input.text.indexOf(delimiter, input.position)
    input.position = end < 0 ? input.text.length : end + delimiter.length
  }

  /** Block comments nest. */
  #skipComment(): void {
    const input = this.#input
    const edge = /\/\*|\*\//g
    edge.lastIndex = input.position
    for (let depth = 1; depth > 0;) {
      const found = edge.exec(input.text)
      depth += found?.[0] === '/*' ? 1 : -1
      input.position = found ? edge.lastIndex : input.text.length
      if (!found) return
    }
  }

  #lineEnd(): number {
    const end = this.text.indexOf('\n', this.#script.position)
    return end < 0 ? this.text.length : end
  }
}

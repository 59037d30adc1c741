/** A statement as it is sent. */
export interface Statement {
  readonly text: string
  /** Where it begins in the script. */
  readonly offset: number
  /** What it is put together from, where variables stand in it; else empty. */
  readonly pieces: readonly Piece[]
}

/** A part of a script: an SQL statement without its semicolon, or a backslash command of psql. */
export interface ScriptPart extends Statement {
  /** An inner command stands inside a statement, as in `select 1 \gset`. */
  readonly kind: 'statement' | 'command' | 'inner command'
}

/** A run of a statement's text, and where it is from. */
interface Piece {
  readonly at: number
  readonly offset: number
  /** From a variable, whose place is all that there is of it in the script. */
  readonly isValue: boolean
}

/** Where a character of a statement is in the script. */
export function offsetIn({ offset, pieces }: Statement, position: number): number {
  const piece = pieces.findLast(({ at }) => at <= position)
  if (piece === undefined) return offset + position
  return piece.isValue ? piece.offset : piece.offset + position - piece.at
}

/** Of what a run is taken. */
interface Source {
  readonly text: string
  readonly place?: number
}

/** A statement while it is read: runs of the script, and of the values of variables. */
export class Draft {
  readonly #texts: string[] = []
  readonly #pieces: Piece[] = []
  #length = 0
  #run: { readonly source: Source; readonly start: number } | undefined
  #isBegun = false

  get isEmpty(): boolean {
    return !this.#isBegun
  }

  /** The statement begins here, unless it has. */
  begin(source: Source, at: number): void {
    if (this.#isBegun) this.#run ??= { source, start: at }
    else {
      this.#isBegun = true
      this.#run = { source, start: at }
    }
  }

  /** Ends a run before a variable, or at the end of one. */
  leave(at: number): void {
    if (this.#run === undefined) return
    const { source, start } = this.#run
    this.#add(source.text.slice(start, at), source.place ?? start, source.place !== undefined)
    this.#run = undefined
  }

  /** Goes on in what the variable stands in, its blanks included. */
  resume(source: Source & { readonly position: number }): void {
    if (this.#isBegun) this.#run = { source, start: source.position }
  }

  insert(text: string, place: number): void {
    this.#isBegun = true
    this.#add(text, place, true)
  }

  /** Leaves out what is between. */
  cut(from: number, to: number): void {
    const source = this.#run?.source
    this.leave(from)
    if (source !== undefined) this.#run = { source, start: to }
  }

  end(at: number): Statement {
    this.leave(at)
    const offset = this.#pieces[0]?.offset ?? at
    const pieces = this.#pieces.length === 1 && this.#pieces[0]?.isValue !== true ? [] : this.#pieces
    return { text: this.#texts.join('').trimEnd(), offset, pieces }
  }

  #add(text: string, offset: number, isValue: boolean): void {
    if (text === '') return
    this.#texts.push(text)
    this.#pieces.push({ at: this.#length, offset, isValue })
    this.#length += text.length
  }
}

/** Values that a column may have. */
export type AllowedValues = ReadonlySet<string | number>

/** What an expression is: the column, a value, a list of values, or a condition by the values it allows. */
type Part =
  | { readonly kind: 'column' }
  | { readonly kind: 'value'; readonly value: string | number }
  | { readonly kind: 'list'; readonly values: AllowedValues }
  /** Undefined: whatever there is. NULL is never among them: it meets every CHECK. */
  | { readonly kind: 'condition'; readonly values: AllowedValues | undefined }

const TOKEN =
  /\s*(?:(E?'(?:[^']|'')*')|("(?:[^"]|"")*")|(-?\d+(?![\w.]))|([\p{L}_][\p{L}\p{N}_$]*)|(::|[=()[\],.]))/uy

/** Casts that leave a text as it is. */
const TEXTS = new Set(['text', 'character varying'])

/** What is no list of values. */
class NoList extends Error {}

/**
 * The values that a CHECK of one column lists, whichever way it says so: `IN`, `= ANY`, equalities joined by OR, with
 * `IS NULL` or `IS NOT NULL` beside them. Undefined for one that says anything else: nothing is guessed.
 *
 * @param definition - as `pg_get_constraintdef` prints it.
 * @param column - its name in SQL; `VALUE` for a domain.
 */
export function allowedValues(definition: string, column: string): AllowedValues | undefined {
  try {
    const parser = new Parser(definition, column)
    return parser.check()
  } catch (error) {
    if (error instanceof NoList) return undefined
    throw error
  }
}

class Parser {
  readonly #tokens: readonly string[]
  readonly #column: string
  #at = 0
  #depth = 0

  constructor(definition: string, column: string) {
    this.#tokens = tokensOf(definition)
    this.#column = column
  }

  check(): AllowedValues | undefined {
    this.#expect('CHECK')
    const part = this.#primary()
    if (this.#at < this.#tokens.length || part.kind !== 'condition') throw new NoList()
    return part.values
  }

  #either(): Part {
    const first = this.#both()
    if (this.#next() !== 'OR') return first
    let values = conditionOf(first)
    while (this.#take('OR')) {
      const other = conditionOf(this.#both())
      values = values && other && new Set([...values, ...other])
    }
    return { kind: 'condition', values }
  }

  #both(): Part {
    const first = this.#comparison()
    if (this.#next() !== 'AND') return first
    let values = conditionOf(first)
    while (this.#take('AND')) values = common(values, conditionOf(this.#comparison()))
    return { kind: 'condition', values }
  }

  #comparison(): Part {
    const left = this.#cast()
    if (this.#take('IS')) {
      if (left.kind !== 'column') throw new NoList()
      const isNot = this.#take('NOT')
      this.#expect('NULL')
      return { kind: 'condition', values: isNot ? undefined : new Set() }
    }
    if (!this.#take('=')) return left
    const isAny = this.#take('ANY')
    const right = isAny ? this.#primary() : this.#cast()
    if (left.kind !== 'column') throw new NoList()
    if (isAny && right.kind === 'list') return { kind: 'condition', values: right.values }
    if (!isAny && right.kind === 'value') return { kind: 'condition', values: new Set([right.value]) }
    throw new NoList()
  }

  #cast(): Part {
    let part = this.#primary()
    while (this.#take('::')) {
      const type = this.#type()
      // What is cast to a number or back is compared as another value than the column has.
      if (part.kind === 'column' && !TEXTS.has(type)) throw new NoList()
      if (part.kind === 'value' && typeof part.value === 'string' && isInteger(type))
        part = { kind: 'value', value: Number(part.value) }
    }
    return part
  }

  #primary(): Part {
    if (++this.#depth > 200) throw new NoList()
    try {
      if (this.#take('(')) {
        const part = this.#either()
        this.#expect(')')
        return part
      }
      if (this.#take('ARRAY')) return this.#list()
      const token = this.#tokens[this.#at++] ?? ''
      if (/^'/.test(token)) return { kind: 'value', value: token.slice(1, -1).replaceAll("''", "'") }
      if (/^-?\d/.test(token)) return { kind: 'value', value: Number(token) }
      const name = token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token
      if (name !== this.#column || this.#next() === '(' || this.#next() === '.') throw new NoList()
      return { kind: 'column' }
    } finally {
      this.#depth--
    }
  }

  #list(): Part {
    this.#expect('[')
    const values = new Set<string | number>()
    do {
      const item = this.#cast()
      // One that is NULL makes the whole unknown, which a CHECK takes for true.
      if (item.kind !== 'value') throw new NoList()
      values.add(item.value)
    } while (this.#take(','))
    this.#expect(']')
    return { kind: 'list', values }
  }

  /** `character varying`, `public.status`, `text[]`; what stands in brackets and parentheses behind it is left out. */
  #type(): string {
    const words: string[] = []
    while (/^["\p{L}_.]/u.test(this.#next()) && !/^(?:OR|AND|IS)$/.test(this.#next()))
      words.push(this.#tokens[this.#at++] ?? '')
    if (words.length === 0) throw new NoList()
    for (const [open, close] of [
      ['(', ')'],
      ['[', ']'],
    ] as const) {
      if (!this.#take(open)) continue
      while (this.#next() !== close) if (this.#at++ >= this.#tokens.length) throw new NoList()
      this.#at++
    }
    return words.join(' ')
  }

  #next(): string {
    return this.#tokens[this.#at] ?? ''
  }

  #take(token: string): boolean {
    const isNext = this.#next() === token
    if (isNext) this.#at++
    return isNext
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new NoList()
  }
}

function conditionOf(part: Part): AllowedValues | undefined {
  if (part.kind !== 'condition') throw new NoList()
  return part.values
}

/** Values that both allow. */
export function common(
  left: AllowedValues | undefined,
  right: AllowedValues | undefined,
): AllowedValues | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return new Set([...left].filter((value) => right.has(value)))
}

function isInteger(type: string): boolean {
  return type === 'integer' || type === 'smallint' || type === 'bigint'
}

/** @throws {@link NoList} for what no list of values has, such as an operator or a backslash that escapes. */
function tokensOf(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  const end = text.trimEnd().length
  while (TOKEN.lastIndex < end) {
    const [token] = TOKEN.exec(text) ?? []
    if (token === undefined || /^\s*E'/.test(token)) throw new NoList()
    tokens.push(token.trimStart())
  }
  return tokens
}

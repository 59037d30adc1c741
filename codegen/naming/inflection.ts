import pluralize from 'pluralize-esm'
import { PLURALS, SINGULARS, UNCHANGED } from './irregular-words.js'

/** By word in the plural: what one of them is called; itself where it is to be left alone. */
export type SingularSettings = Readonly<Record<string, string>>

/**
 * The singular and the plural of names, of which the last word decides: `order_items` are `order_item`s.
 *
 * The rules are those of `pluralize`, which does best on the table names of twenty public schemas, around the words it does
 * not know. Where in doubt a word is left alone.
 */
export class Inflection {
  readonly #singulars: ReadonlyMap<string, string>
  readonly #plurals: ReadonlyMap<string, string>

  /** @param settings - come before what is known. */
  constructor(settings: SingularSettings = {}) {
    const entries = Object.entries(settings)
    this.#singulars = new Map([...SINGULARS, ...entries])
    this.#plurals = new Map([...PLURALS, ...entries.map(([many, one]): [string, string] => [one, many])])
  }

  /** The words with the last one in the singular. */
  singular(words: readonly string[]): string[] {
    return withLast(words, (word) => this.#singular(word))
  }

  /** The words with the last one in the plural, which it may be in already. */
  plural(words: readonly string[]): string[] {
    return withLast(words, (word) => this.#plural(word))
  }

  #singular(word: string): string {
    return (
      this.#singulars.get(word) ?? (isInDoubt(word) || isGluedData(word) ? word : pluralize.singular(word))
    )
  }

  #plural(word: string): string {
    const known = this.#plurals.get(word)
    if (known !== undefined) return known
    // English endings suit neither other scripts nor what is a plural already.
    if (UNCHANGED.has(word) || isGluedData(word) || !/[a-z]$/.test(word) || this.#singular(word) !== word)
      return word
    return pluralize.plural(word)
  }
}

/**
 * Whether a word may be no plural: an abbreviation as short as `gps`, one like `k8s`, or `analysis`, `status` and `access`.
 * Those like them that are plurals are on a list.
 */
function isInDoubt(word: string): boolean {
  return !/^[a-z0-9]+$/.test(word) || /^..?s$|\ds$|[ius]s$/.test(word)
}

/** `usermetadata` and `timedata` are what `data` is. */
function isGluedData(word: string): boolean {
  return word.endsWith('data')
}

function withLast(words: readonly string[], change: (word: string) => string): string[] {
  const last = words.at(-1)
  return last === undefined ? [] : [...words.slice(0, -1), change(last)]
}

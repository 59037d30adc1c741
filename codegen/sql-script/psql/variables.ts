import { escapeIdentifier, escapeLiteral } from 'pg'

/** What a script's variables are at the moment. */
export interface Variables {
  readonly get: (name: string) => string | undefined
}

const NAME = '[\\w\\u0080-\\uffff]+'

/** `:name`, `:'name'` as a literal, `:"name"` as a name, and `:{?name}`, whether it is set. */
// Of nothing but the constant above.

export const VARIABLE = new RegExp(
  `:(?:(?<whole>${NAME})|'(?<literal>${NAME})'|"(?<identifier>${NAME})"|\\{\\?(?<test>${NAME})\\})`,
  'y',
)

/** What a variable stands for. */
export interface Expansion {
  readonly name: string
  readonly text: string
  /** It is SQL, to be read as such; otherwise one value or name. */
  readonly isWhole: boolean
}

/** What a match of {@link VARIABLE} stands for; undefined where the variable is not set. */
export function expanded({ groups = {} }: RegExpExecArray, variables: Variables): Expansion | undefined {
  const { whole, literal, identifier, test } = groups
  if (test !== undefined) {
    return { name: test, text: variables.get(test) === undefined ? 'FALSE' : 'TRUE', isWhole: false }
  }
  const name = whole ?? literal ?? identifier ?? ''
  const value = variables.get(name)
  if (value === undefined) return undefined
  if (literal !== undefined) return { name, text: escapeLiteral(value), isWhole: false }
  if (identifier !== undefined) return { name, text: escapeIdentifier(value), isWhole: false }
  return { name, text: value, isWhole: true }
}

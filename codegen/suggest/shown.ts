import { propertyKey, stringLiteral } from '../emit/literal.js'
import { printable } from '../printable.js'
import type { Guesses } from './guess.js'

/**
 * Guesses as the properties of a configuration, with what is to be said of them in comments: the whole of it can be put into
 * one as it is.
 */
export function shownGuesses({ relations, keys, unsure }: Guesses): string {
  const related = Object.entries(relations).map(
    ([column, target]) => `  ${propertyKey(column)}: ${stringLiteral(target)},`,
  )
  const keyed = Object.entries(keys).map(
    ([table, columns]) => `  ${propertyKey(table)}: [${columns.map(stringLiteral).join(', ')}],`,
  )
  const counts = `${count(related.length, 'relation')} and ${count(keyed.length, 'key')}`
  const head =
    related.length + keyed.length === 0
      ? '// Nothing is guessed: no name and type says more than foreign keys and the configuration do.'
      : `// ${counts}, guessed from names and types. Nothing in the database holds them: take over what is true.`
  return [
    head,
    ...property('relations', related),
    ...property('keys', keyed),
    ...(unsure.length === 0 ? [] : [`// ${count(unsure.length, 'column')} not guessed:`]),
    ...unsure.map(({ column, why }) => printable(`//   ${column}: ${why}`)),
  ].join('\n')
}

function property(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${name}: {`, ...lines, '},']
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

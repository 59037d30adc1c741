/** Longer names are nobody's slip of the pen, and would take long to compare. */
const LONGEST = 200

/** What a message says, but for the full stop, of the names that could stand in place of an unknown one, the likeliest first. */
export function choicesOf(given: unknown, choices: readonly string[]): string {
  if (choices.length === 0) return 'It has none'
  const meant = typeof given === 'string' ? closest(given, choices) : undefined
  return `${meant === undefined ? '' : `Did you mean "${meant}"? `}Choices: ${choices.join(', ')}`
}

/** The name that was most likely meant: the same but for case and punctuation, or with few letters amiss. */
export function closest(given: string, choices: readonly string[]): string | undefined {
  if (given.length > LONGEST) return undefined
  const wanted = bare(given)
  const same = choices.find((choice) => bare(choice) === wanted)
  if (same !== undefined || wanted === '') return same
  const mistakes = choices.map((choice) => [distance(wanted, bare(choice)), choice] as const)
  const [fewest, choice] = mistakes.reduce((best, each) => (each[0] < best[0] ? each : best), [Infinity, ''])
  const most = wanted.length < 5 ? 1 : Math.max(2, Math.floor(wanted.length / 4))
  return fewest <= most && fewest < wanted.length ? choice : undefined
}

function bare(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase()
}

/** Letters to be put in, left out, changed or swapped with their neighbour: the optimal string alignment distance. */
function distance(one: string, other: string): number {
  if (other.length > LONGEST) return Infinity
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      const costs = [
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
      ]
      if (swapped && row > 1 && column > 1) costs.push(at(before, column - 2) + 1)
      current.push(Math.min(...costs))
    }
    before = last
    last = current
  }
  return at(last, other.length)
}

function at(costs: readonly number[], index: number): number {
  return costs[index] ?? Infinity
}

import type { Measurement } from './measure.js'

/** The rounds of one contender; a round that failed is undefined. */
export interface Series<C> {
  readonly contender: C
  readonly rounds: (Measurement | undefined)[]
  /** Why the last round that failed did. */
  failure?: string
}

/** Runs contenders in turns, each round beginning with another one; who fails twice is left out from then on. */
export async function interleave<C>(
  contenders: readonly C[],
  repeats: number,
  run: (contender: C) => Promise<Measurement>,
): Promise<Series<C>[]> {
  const series: Series<C>[] = contenders.map((contender) => ({ contender, rounds: [] }))
  for (let round = 0; round < repeats; round++) {
    for (let turn = 0; turn < series.length; turn++) {
      const each = series[(turn + round) % series.length] as Series<C>
      if (each.rounds.filter((earlier) => earlier === undefined).length > 1) {
        each.rounds.push(undefined)
        continue
      }
      try {
        each.rounds.push(await run(each.contender))
      } catch (error) {
        each.failure = error instanceof Error ? error.message : String(error)
        each.rounds.push(undefined)
      }
    }
  }
  return series
}

/** One figure of the rounds that worked. */
export function figures(series: Series<unknown>, of: (round: Measurement) => number): number[] {
  return series.rounds.flatMap((round) => (round === undefined ? [] : [of(round)]))
}

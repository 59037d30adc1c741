import type { Measurement } from './measure.js'
import { median } from './statistics.js'

/** The rounds of one contender; a round that failed is undefined. */
export interface Series<C> {
  readonly contender: C
  readonly rounds: (Measurement | undefined)[]
  /** Why the last round that failed did. */
  failure?: string
}

/**
 * Runs contenders in turns, each round beginning with another one; who fails twice is left out from then on.
 *
 * @param repeats rounds, or how many of the first rounds a contender takes part in.
 */
export async function interleave<C>(
  contenders: readonly C[],
  repeats: number | ((contender: C) => number),
  run: (contender: C) => Promise<Measurement>,
): Promise<Series<C>[]> {
  const repeatsOf = typeof repeats === 'number' ? () => repeats : repeats
  const series: Series<C>[] = contenders.map((contender) => ({ contender, rounds: [] }))
  const most = Math.max(0, ...contenders.map(repeatsOf))
  for (let round = 0; round < most; round++) {
    for (let turn = 0; turn < series.length; turn++) {
      const each = series[(turn + round) % series.length] as Series<C>
      if (round >= repeatsOf(each.contender)) continue
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

/** One figure of every round, undefined where the round failed. */
export function byRound(
  series: Series<unknown> | undefined,
  of: (round: Measurement) => number,
): (number | undefined)[] {
  return (series?.rounds ?? []).map((round) => (round === undefined ? undefined : of(round)))
}

/** One figure of the rounds that worked. */
export function figures(series: Series<unknown> | undefined, of: (round: Measurement) => number): number[] {
  return byRound(series, of).filter((value) => value !== undefined)
}

/** The one that has, by its median, the most rows or calls per second. */
export function fastestOf<C>(series: readonly Series<C>[]): Series<C> | undefined {
  const speed = (each: Series<C>) => median(figures(each, rowsPerSecond))
  return series.filter((each) => speed(each) > 0).toSorted((a, b) => speed(b) - speed(a))[0]
}

/** What failed, for the report. */
export function failures(series: readonly Series<{ readonly name: string }>[]): string[] {
  return series.flatMap(({ failure }) => (failure === undefined ? [] : [failure]))
}

export const wall = (round: Measurement): number => round.wall
export const peak = (round: Measurement): number => round.peakMemory
export const overIdle = (round: Measurement): number => round.peakMemory - round.idleMemory
export const rowsPerSecond = (round: Measurement): number => (round.rows / round.wall) * 1000

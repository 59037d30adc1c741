import type { Context } from './context.js'
import { sum } from './estimate.js'
import type { Plan, Section } from './section.js'
import { breathing } from './sections/breathing.js'
import { bulkWriting } from './sections/bulk-writing.js'
import { coldStart } from './sections/cold-start.js'
import { chunkSizes } from './sections/chunk-sizes.js'
import { distance } from './sections/distance.js'
import { firstRow } from './sections/first-row.js'
import { largeRows } from './sections/large-rows.js'
import { memoryByCount } from './sections/memory.js'
import { parallel } from './sections/parallel.js'
import { prefetching } from './sections/prefetching.js'
import { reading } from './sections/reading.js'
import { slowConsumer } from './sections/slow-consumer.js'
import { smallQueries } from './sections/small-queries.js'
import { typeChecking } from './sections/type-checking.js'
import { writing } from './sections/writing.js'

/** What there is to measure. */
export function allPlans(context: Context): Plan[] {
  return [
    ...context.sizes.tables.map((table) => reading(context, table)),
    chunkSizes(context),
    memoryByCount(context),
    largeRows(context),
    breathing(context),
    slowConsumer(context),
    firstRow(context),
    prefetching(context),
    parallel(context),
    distance(context),
    writing(context),
    bulkWriting(context),
    smallQueries(context),
    coldStart(context),
    typeChecking(context),
  ]
}

/** Those of a name, or of a family such as "reading". */
export function choosePlans(plans: readonly Plan[], names: readonly string[] | undefined): Plan[] {
  if (names === undefined) return [...plans]
  for (const name of names) {
    if (!plans.some((plan) => isOf(plan, name)))
      throw new Error(
        `There is no section "${name}". Those there are: ${plans.map(({ id }) => id).join(', ')}.`,
      )
  }
  return plans.filter((plan) => names.some((name) => isOf(plan, name)))
}

const isOf = ({ id }: Plan, name: string) => id === name || id.startsWith(`${name}-`)

/**
 * Measures one section after the other, so that nothing disturbs anything; several at once only where the figures mean
 * nothing.
 */
export async function runPlans(
  plans: readonly Plan[],
  { say, sizes }: Pick<Context, 'say' | 'sizes'>,
): Promise<Section[]> {
  const queue = [...plans.entries()]
  if (sizes.atOnce > 1) queue.sort(([, a], [, b]) => b.seconds - a.seconds)
  const sections: (Section | readonly Section[])[] = []
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, plan] = next
      const left = sum(plans.slice(index).map(({ seconds }) => seconds))
      say(
        `[${index + 1}/${plans.length}] ${plan.id}: about ${duration(plan.seconds)}, ${duration(left)} to go`,
      )
      sections[index] = await plan.run()
    }
  }
  await Promise.all(Array.from({ length: sizes.atOnce }, work))
  return sections.flat()
}

/** As in "40 s" or "12 min". */
export function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
}

import type { Context } from './context.js'
import type { Section } from './section.js'
import { chunkSizes } from './sections/chunk-sizes.js'
import { memoryByCount, memoryOfLargeRows } from './sections/memory.js'
import { prefetching } from './sections/prefetching.js'
import { reading } from './sections/reading.js'
import { slowConsumer } from './sections/slow-consumer.js'
import { writing } from './sections/writing.js'

/** Measures everything, one after the other, so that nothing disturbs anything. */
export async function runSections(context: Context): Promise<Section[]> {
  const { repeats, fewRepeats } = context.sizes
  const sections: Section[] = [await reading(context, 'mixed', repeats)]
  for (const table of ['narrow', 'wide', 'texts']) sections.push(await reading(context, table, fewRepeats))
  sections.push(await chunkSizes(context))
  sections.push(await memoryByCount(context))
  sections.push(await memoryOfLargeRows(context))
  sections.push(await slowConsumer(context))
  sections.push(await prefetching(context))
  for (const form of ['create', 'update'] as const) sections.push(await writing(context, form))
  return sections
}

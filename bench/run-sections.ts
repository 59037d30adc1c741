import type { Context } from './context.js'
import type { Section } from './section.js'
import { chunkSizes } from './sections/chunk-sizes.js'
import { memoryByCount, memoryOfLargeRows } from './sections/memory.js'
import { prefetching } from './sections/prefetching.js'
import { reading } from './sections/reading.js'
import { slowConsumer } from './sections/slow-consumer.js'
import { typeChecking } from './sections/type-checking.js'
import { writing } from './sections/writing.js'

/** Measures everything, one after the other, so that nothing disturbs anything. */
export async function runSections(context: Context): Promise<Section[]> {
  const { repeats, fewRepeats, tables } = context.sizes
  const sections: Section[] = []
  for (const table of tables) {
    sections.push(await reading(context, table, table === 'mixed' ? repeats : fewRepeats))
  }
  sections.push(await chunkSizes(context))
  sections.push(await memoryByCount(context))
  sections.push(await memoryOfLargeRows(context))
  sections.push(await slowConsumer(context))
  sections.push(await prefetching(context))
  for (const form of ['create', 'update'] as const) sections.push(await writing(context, form))
  sections.push(await typeChecking(context))
  return sections
}

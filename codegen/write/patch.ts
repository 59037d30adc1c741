import { createTwoFilesPatch } from 'diff'
import type { ChangedText } from './changes.js'

/** More lines than this in all are not read, and fill a log. */
const MOST_LINES = 400

/** Lines that go and come. To look for the fewest takes their number for each line of the file. */
const MOST_EDITS = 4000

/** Unified diffs from the files as they are to what they should be, the first ones when they are long. */
export function patchOf(texts: Iterable<readonly [name: string, text: ChangedText]>): string {
  const lines = [...texts].flatMap(([name, { present, wanted }]) =>
    (changesOf(name, present, wanted) ?? `${name} differs in more than ${MOST_EDITS} lines.`)
      .split('\n')
      .filter((line) => !/^(?:Index: |={60})/.test(line))
      .map((line) => line.replaceAll('\t', '  ')),
  )
  if (lines.length <= MOST_LINES) return lines.join('\n').trimEnd()
  return [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more lines`].join('\n')
}

function changesOf(name: string, present: string, wanted: string): string | undefined {
  const options = { context: 3, maxEditLength: MOST_EDITS }
  return createTwoFilesPatch(name, name, present, wanted, 'as it is', 'from the schema', options)
}

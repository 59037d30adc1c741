import { createTwoFilesPatch } from 'diff'
import type { ChangedText } from './changes.js'

/** More lines than this in all are not read, and fill a log. */
const MOST_LINES = 400

/** Unified diffs from the files as they are to what they should be, the first ones when they are long. */
export function patchOf(texts: Iterable<readonly [name: string, text: ChangedText]>): string {
  const lines = [...texts].flatMap(([name, { present, wanted }]) =>
    createTwoFilesPatch(name, name, present, wanted, 'as it is', 'from the schema', { context: 3 })
      .split('\n')
      .filter((line) => !/^(?:Index: |={60})/.test(line))
      .map((line) => line.replaceAll('\t', '  ')),
  )
  if (lines.length <= MOST_LINES) return lines.join('\n').trimEnd()
  return [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more lines`].join('\n')
}

import type { GeneratedFile } from '../emit/source.js'
import { compare } from '../naming/unique.js'

/** What writing would do to the output folder; names in order. */
export interface Changes {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly unchanged: readonly string[]
  /** The texts of the files that are changed. */
  readonly texts: ReadonlyMap<string, ChangedText>
}

export interface ChangedText {
  readonly present: string
  readonly wanted: string
}

/** Compares what a folder holds with what it should hold. */
export function changesBetween(
  present: ReadonlyMap<string, string>,
  wanted: readonly GeneratedFile[],
): Changes {
  const names = new Set(wanted.map((file) => file.name))
  const of = (test: (file: GeneratedFile) => boolean) =>
    wanted
      .filter(test)
      .map((file) => file.name)
      .sort(compare)
  const texts = wanted.flatMap((file): [string, ChangedText][] => {
    const text = present.get(file.name)
    return text === undefined || text === file.text ? [] : [[file.name, { present: text, wanted: file.text }]]
  })
  return {
    added: of((file) => !present.has(file.name)),
    changed: texts.map(([name]) => name).sort(compare),
    removed: [...present.keys()].filter((name) => !names.has(name)).sort(compare),
    unchanged: of((file) => present.get(file.name) === file.text),
    texts: new Map(texts),
  }
}

/** Whether the folder is as it should be. */
export function isUpToDate({ added, changed, removed }: Changes): boolean {
  return added.length + changed.length + removed.length === 0
}

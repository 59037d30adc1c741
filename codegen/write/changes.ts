import type { GeneratedFile } from '../emit/source.js'
import { compare } from '../naming/unique.js'

/** What writing would do to the output folder; names in order. */
export interface Changes {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly unchanged: readonly string[]
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
  return {
    added: of((file) => !present.has(file.name)),
    changed: of((file) => present.has(file.name) && present.get(file.name) !== file.text),
    removed: [...present.keys()].filter((name) => !names.has(name)).sort(compare),
    unchanged: of((file) => present.get(file.name) === file.text),
  }
}

/** Whether the folder is as it should be. */
export function isUpToDate({ added, changed, removed }: Changes): boolean {
  return added.length + changed.length + removed.length === 0
}

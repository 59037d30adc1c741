import { resolve } from 'node:path'
import type { TypeSetting } from './type-settings.js'
import { CodegenError } from '../errors.js'
import { RESERVED_WORDS } from './reserved-names.js'

/** What TypeScript is to make of values in place of what their type says. */
export interface Refined {
  /** A type, without its null. */
  readonly text: string
  readonly import: RefinedImport | undefined
  /** The values are converted, which free-hand SQL knows nothing of. */
  readonly isConverted: boolean
  /** The setting it is from, for messages; undefined for types of our own. */
  readonly setting: string | undefined
  /** All that values may be, where a CHECK lists them. */
  readonly values?: readonly (string | number)[]
}

export interface RefinedImport {
  /** What it is called where it is used. */
  readonly local: string
  /** What it is exported as. */
  readonly exported: string
  /** A package, a file of the output folder that begins with `./`, or another file as an absolute path. */
  readonly from: string
}

/**
 * The type that a setting gives; undefined when it gives a codec alone.
 *
 * @param folder - what relative imports start from.
 * @throws {@link CodegenError} for an import of nothing that the type begins with.
 */
export function refinedBy(setting: TypeSetting, at: string, folder: string): Refined | undefined {
  const { type, import: from, codec } = setting
  if (type === undefined) return undefined
  const text = /=>|\b(?:extends|infer)\b/.test(type) ? `(${type.trim()})` : type.trim()
  const isConverted = codec !== undefined
  if (from === undefined) return { text, import: undefined, isConverted, setting: at }
  const [local] = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(type.trim()) ?? []
  if (local === undefined) {
    throw new CodegenError(
      `${at} has an import, but its type does not begin with the name to import: ${JSON.stringify(type)}.`,
    )
  }
  const { from: module, name } = typeof from === 'string' ? { from, name: local } : from
  return {
    text,
    import: { local, exported: name, from: /^\.\.?\//.test(module) ? resolve(folder, module) : module },
    isConverted,
    setting: at,
  }
}

/** The names that a type in TypeScript may be made of. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? []
}

/**
 * @param taken - what generated files export or import themselves.
 * @throws {@link CodegenError} for an import by a name that is something else there.
 */
export function checkImports(refined: readonly Refined[], taken: ReadonlySet<string>): void {
  const owners = new Map<string, RefinedImport>()
  for (const { import: imported, setting = '' } of refined) {
    if (imported === undefined) continue
    const { local, exported, from } = imported
    const other = owners.get(local)
    const isOther = other !== undefined && (other.from !== from || other.exported !== exported)
    if (taken.has(local) || RESERVED_WORDS.includes(local) || isOther) {
      throw new CodegenError(
        `${setting} imports ${local}, which is the name of something else there. Give it another in the configuration: ` +
          `{ type: 'Our${local}', import: { from: '…', name: '${exported}' } }.`,
      )
    }
    owners.set(local, imported)
  }
}

import type { QueryResult } from 'pg'
import { withoutSchemaOwner } from './edits.js'
import { extensionOf, missingExtension } from './extensions.js'
import { ROWS, setsEncoding, takesData, withoutBearing, type LeftOuts } from './left-out.js'
import { remedyFor, type Remedy } from './remedies.js'
import type { ScriptSession } from './session.js'
import { beginsTransaction, needsTransaction } from './transactions.js'

export interface StatementOptions {
  readonly isShared: boolean
  readonly skipExtensions: readonly string[]
}

/** Where a statement stands, and where its data are. */
export interface StatementPlace {
  /** `file:line`: looked for only where it is told, since that takes as long as the script is. */
  readonly place: () => string
  readonly takeData: () => string
}

/**
 * Runs statements, those apart that have no bearing on the structure, and does what can be done about one that fails for
 * a reason that says nothing about the structure.
 */
export class StatementRunner {
  readonly #session: ScriptSession
  readonly #leftOuts: LeftOuts
  readonly #isShared: boolean
  readonly #unwanted: ReadonlySet<string>

  constructor(session: ScriptSession, leftOuts: LeftOuts, { isShared, skipExtensions }: StatementOptions) {
    this.#session = session
    this.#leftOuts = leftOuts
    this.#isShared = isShared
    this.#unwanted = new Set(skipExtensions)
  }

  /** @returns what the server answered; undefined for what was left out. */
  async run(text: string, where: StatementPlace): Promise<QueryResult | undefined> {
    if (setsEncoding(text)) return undefined
    const what = withoutBearing(text) ?? this.#ofSkipped(text)
    if (what !== undefined) {
      this.#leftOuts.add(what)
      return undefined
    }
    if (beginsTransaction(text)) await this.#session.commit()
    else if (!this.#session.isInTransaction && needsTransaction(text)) await this.#session.begin()
    return this.#attempt(withoutSchemaOwner(text), where)
  }

  /** A remedy may need another: each takes something out, or makes what was missing. */
  async #attempt(statement: string, where: StatementPlace): Promise<QueryResult | undefined> {
    const made = new Set<string>()
    let isUnguarded = false
    for (let text = statement; ;) {
      try {
        return isUnguarded
          ? await this.#session.runUnguarded(text)
          : await this.#session.run(text, where.takeData)
      } catch (error) {
        const remedy = this.#remedyFor(text, error, where)
        if (remedy === undefined || (remedy.do === 'unguarded' && isUnguarded)) throw error
        if (remedy.do === 'unguarded') isUnguarded = true
        else if (remedy.do === 'before') {
          if (made.has(remedy.text)) throw error
          made.add(remedy.text)
          if (remedy.what !== undefined) this.#leftOuts.add(remedy.what)
          await this.#session.run(remedy.text, () => '')
        } else if (remedy.do === 'begin') await this.#session.begin()
        else if (remedy.do === 'commit') await this.#session.commit()
        else {
          if (remedy.what !== undefined) this.#leftOuts.add(remedy.what, remedy.name)
          if (remedy.text === undefined) {
            if (takesData(text)) where.takeData()
            return undefined
          }
          text = remedy.text
        }
      }
    }
  }

  #remedyFor(text: string, error: unknown, { place }: StatementPlace): Remedy | undefined {
    const circumstances = {
      ...{ isShared: this.#isShared, skipped: this.#skipped(), place },
      ...{ hasBegun: this.#session.hasBegun, lacksRows: this.#leftOuts.has(ROWS) },
    }
    const remedy = remedyFor(text, error, circumstances)
    if (remedy !== undefined) return remedy
    const extension = extensionOf(text)
    if (extension?.verb !== 'create' || (error as { code?: string }).code === '42710') return undefined
    throw missingExtension(place(), extension.name, error)
  }

  #ofSkipped(text: string): string | undefined {
    const extension = this.#unwanted.size === 0 ? undefined : extensionOf(text)
    if (extension === undefined || !this.#unwanted.has(extension.name)) return undefined
    return leftOutExtension(extension.name)
  }

  /** Those that a script asked for, this one or one before. */
  #skipped(): ReadonlySet<string> {
    return new Set([...this.#unwanted].filter((name) => this.#leftOuts.has(leftOutExtension(name))))
  }
}

function leftOutExtension(name: string): string {
  return `the extension ${name}`
}

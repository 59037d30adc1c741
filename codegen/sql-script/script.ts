import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { QueryResult } from 'pg'
import { CodegenError } from '../errors.js'
import { readScript } from '../script-text/index.js'
import { extensionOf } from './extensions.js'
import { Conditions } from './psql/conditions.js'
import { ROWS, withoutBearing, type LeftOuts } from './left-out.js'
import { readArguments, type Arguments } from './psql/arguments.js'
import { actionOf, conditionOf, copyOf, isConditional } from './psql/command.js'
import type { PsqlVariables } from './psql/session-variables.js'
import { ScriptScanner } from './scanner.js'
import { placeOf, scriptError } from './script-error.js'
import type { ScriptSession } from './session.js'
import type { ScriptPart, Statement } from './statement.js'
import type { StatementRunner } from './statement-runner.js'
import { headOf } from './tokens.js'

/** What the scripts of one run share. */
export interface ScriptContext {
  readonly session: ScriptSession
  readonly leftOuts: LeftOuts
  readonly variables: PsqlVariables
  readonly statements: StatementRunner
  readonly onProgress: (done: number, total: number) => void
  /** The database that `\\connect` led to, and the one that has got something. */
  database?: string | undefined
  filled?: string | undefined
}

/** One script while it runs, which may include others. */
export class Script {
  readonly #context: ScriptContext
  readonly #text: string
  readonly #name: string
  readonly #conditions = new Conditions()
  readonly #scanner: ScriptScanner
  /** The files that this one is included in, and itself. */
  readonly #including: readonly string[]

  constructor(context: ScriptContext, text: string, name: string, including: readonly string[] = []) {
    this.#context = context
    this.#text = text.replace(/^\uFEFF/, '')
    this.#name = name
    this.#including = [...including, resolve(name)]
    const get = (variable: string): string | undefined =>
      this.#conditions.isActive ? context.variables.get(variable) : undefined
    this.#scanner = new ScriptScanner(this.#text, { get })
  }

  async run(): Promise<void> {
    for (let part = this.#scanner.next(); part; part = this.#scanner.next()) {
      if (part.kind === 'statement') await this.#statement(part)
      else await this.#command(part)
      if (this.#including.length === 1) this.#context.onProgress(this.#scanner.position, this.#text.length)
    }
    if (this.#conditions.isOpen) throw this.#wrong({ offset: this.#text.length }, 'an \\if has no \\endif')
  }

  async #statement(statement: Statement, takeData?: () => string): Promise<QueryResult | undefined> {
    if (!this.#conditions.isActive) return undefined
    this.#refuseSecondDatabase(statement)
    const { statements } = this.#context
    const place = (): string => placeOf(this.#name, this.#text, statement.offset)
    try {
      const where = { place, takeData: takeData ?? (() => this.#scanner.takeCopyData()) }
      return await statements.run(statement.text, where)
    } catch (error) {
      throw scriptError(this.#name, this.#text, statement, error)
    }
  }

  /** A dump of a whole server has several databases, of which one can be a schema. */
  #refuseSecondDatabase(statement: Statement): void {
    const context = this.#context
    if (!/^(?:create|alter|copy|insert)\b/.test(headOf(statement.text, 1))) return
    if (withoutBearing(statement.text) !== undefined) return
    // The extensions of template1, which pg_dumpall has as well, are in every database.
    if (extensionOf(statement.text) !== undefined) return
    context.filled ??= context.database ?? ''
    if (context.filled === (context.database ?? '')) return
    throw this.#wrong(
      statement,
      `this dump has several databases (${context.filled || 'the first'} and ${String(context.database)}): ` +
        'dump the one that is meant with pg_dump, or read it by --url postgres://…',
    )
  }

  async #command(part: ScriptPart): Promise<void> {
    const name = /^\\[^\s\\]*/.exec(part.text)?.[0] ?? part.text
    if (isConditional(name)) {
      this.#conditional(name, part)
      return
    }
    const isWholeLine = name === '\\copy' || name === '\\!'
    const given = isWholeLine ? NO_ARGUMENTS : this.#arguments(part, name)
    if (!this.#conditions.isActive) return
    const action = actionOf(name, given)
    const { variables, leftOuts } = this.#context
    switch (action.do) {
      case 'nothing':
        return
      case 'leave out':
        leftOuts.add(action.what)
        return
      case 'refuse':
        throw this.#wrong(part, `the psql command "${name}" ${action.because}`)
      case 'set':
        variables.set(action.name, action.value)
        return
      case 'discard':
        this.#scanner.takeStatement()
        return
      case 'connect':
        await this.#connect(action.database)
        return
      case 'include':
        await this.#include(part, action)
        return
      case 'copy':
        await this.#copy(part)
        return
      case 'send':
        await this.#send(part, action)
    }
  }

  #arguments(part: ScriptPart, name: string): Arguments {
    const variables = { get: (variable: string) => this.#context.variables.get(variable) }
    const given = readArguments(this.#text, part.offset + name.length, variables)
    this.#scanner.continueAt(given.end)
    return given
  }

  #conditional(name: string, part: ScriptPart): void {
    if (part.kind === 'inner command')
      throw this.#wrong(part, `${name} stands inside of a statement: put it around`)
    const given = this.#arguments(part, name)
    const isMet = (): boolean => {
      const met = conditionOf(given)
      if (met !== undefined) return met
      throw this.#wrong(part, `${name} takes true or false, not ${JSON.stringify(given.values.join(' '))}`)
    }
    const conditions = this.#conditions
    if (name === '\\if') conditions.begin(isMet)
    else if (
      name === '\\endif'
        ? !conditions.end()
        : !conditions.turn(name === '\\elif' ? isMet : () => true, name === '\\else')
    )
      throw this.#wrong(part, `${name} without an \\if`)
  }

  /** Another database stands for the scratch database too; the session is a new one. */
  async #connect(database: string | undefined): Promise<void> {
    this.#context.database = database ?? this.#context.database
    await this.#context.session.renew()
  }

  async #include(
    part: ScriptPart,
    { path, besideScript }: { path: string; besideScript: boolean },
  ): Promise<void> {
    const beside = resolve(dirname(this.#name), path)
    // A script is often started from its own folder.
    const places = besideScript ? [beside] : [...new Set([resolve(path), beside])]
    for (const place of places) {
      if (this.#including.includes(place)) throw this.#wrong(part, `${path} includes itself`)
      const text = await readScript(place).catch((error: unknown) => {
        if (isMissing(error)) return undefined
        throw error
      })
      if (text === undefined) continue
      await new Script(this.#context, text, place, this.#including).run()
      return
    }
    throw this.#wrong(part, `there is no file ${path} to include (looked for as ${places.join(' and ')})`)
  }

  async #copy(part: ScriptPart): Promise<void> {
    const copy = copyOf(part.text)
    if (copy === undefined) throw this.#wrong(part, "this \\copy is not understood: \\copy table from 'file'")
    const statement = { text: copy.statement, offset: part.offset, pieces: [] }
    if (copy.from === 'script') {
      await this.#statement(statement)
      return
    }
    const data = copy.from === 'nowhere' ? undefined : await this.#fileOf(copy.from.file)
    if (data === undefined) this.#context.leftOuts.add(ROWS)
    else await this.#statement(statement, () => data)
  }

  async #fileOf(file: string): Promise<string | undefined> {
    for (const place of [resolve(file), resolve(dirname(this.#name), file)]) {
      const data = await readFile(place, 'utf8').catch(() => undefined)
      if (data !== undefined) return data
    }
    return undefined
  }

  /** `\\g` and its like end a statement. */
  async #send(
    part: ScriptPart,
    { prefix, runsResult = false }: { prefix?: string; runsResult?: boolean },
  ): Promise<void> {
    if (part.kind === 'command') return
    const statement = this.#scanner.takeStatement()
    const result = await this.#statement(statement)
    if (prefix !== undefined) this.#setFrom(part, prefix, result)
    if (!runsResult) return
    for (const row of result?.rows ?? []) {
      for (const cell of Object.values(row as Record<string, unknown>)) {
        if (typeof cell === 'string')
          await this.#statement({
            text: cell,
            offset: statement.offset,
            pieces: [{ at: 0, offset: statement.offset, isValue: true }],
          })
      }
    }
  }

  #setFrom(part: ScriptPart, prefix: string, result: QueryResult | undefined): void {
    if (result?.rows.length !== 1) {
      throw this.#wrong(part, `\\gset takes one row, and there are ${result?.rows.length ?? 0}`)
    }
    for (const [name, value] of Object.entries(result.rows[0] as Record<string, unknown>)) {
      this.#context.variables.set(prefix + name, value === null ? undefined : asPsql(value))
    }
  }

  #wrong({ offset }: { readonly offset: number }, problem: string): CodegenError {
    return new CodegenError(`${placeOf(this.#name, this.#text, offset)}: ${problem}.`)
  }
}

const NO_ARGUMENTS: Arguments = { values: [], end: 0, hasProgram: false }

/** As the server prints it, of what pg has made something else. */
function asPsql(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 't' : 'f') : String(value)
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof CodegenError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
  )
}

import { ts } from 'ts-morph'
import { CodegenError } from '../errors.js'
import type { DatabaseModel } from '../model/database-model.js'
import type { Refined } from '../model/refined.js'
import { DEFAULT_SCHEMA } from '../naming/unique.js'
import type { EmitSettings } from './settings.js'

/**
 * Checks what the user wrote of code, so that no mistake in it comes out as broken files.
 *
 * @throws {@link CodegenError} for a type that is none, a header that is not comments, and tenants in a schema that the
 * search_path is to lead to.
 */
export function checkSettings({ tables, refined, tenants }: DatabaseModel, settings: EmitSettings): void {
  const { header, followSearchPath = false } = settings
  if (followSearchPath && tenants.includes(DEFAULT_SCHEMA)) {
    throw new CodegenError(
      `tenants names ${DEFAULT_SCHEMA}, whose tables followSearchPath leaves to the search_path: leave one of the two out.`,
    )
  }
  const columns = tables.flatMap((table) => table.columns.flatMap((column) => column.refined ?? []))
  for (const each of new Set([...refined.values(), ...columns])) checkType(each)
  if (header === undefined || isComment(header)) return
  throw new CodegenError(
    'header has to be comments, such as "/* eslint-disable */" or "// Made of schema.sql.": it stands in every file.',
  )
}

function checkType({ text, setting }: Refined): void {
  if (setting === undefined) return
  const source = `type Checked = (${text})`
  const { statements } = parse(source)
  const [first] = statements
  const isType =
    statements.length === 1 &&
    first !== undefined &&
    ts.isTypeAliasDeclaration(first) &&
    ts.isParenthesizedTypeNode(first.type) &&
    first.end === source.length &&
    isWellFormed(source)
  if (isType && !/[\n\r\u2028\u2029]/.test(text)) return
  throw new CodegenError(
    `${setting} is no type of TypeScript on one line: ${JSON.stringify(text)}. Write one such as Preferences or { size: number }.`,
  )
}

function isComment(text: string): boolean {
  // What follows would be taken in by a comment that has no end.
  const source = `${text}\nlet last`
  const { statements } = parse(source)
  const [last] = statements
  return (
    statements.length === 1 &&
    last?.getFullText() === source &&
    last.getText() === 'let last' &&
    isWellFormed(source)
  )
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('checked.ts', text, ts.ScriptTarget.Latest, true)
}

function isWellFormed(text: string): boolean {
  return ts.transpileModule(text, { reportDiagnostics: true }).diagnostics?.length === 0
}

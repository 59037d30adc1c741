import {
  IndentationText,
  Project,
  QuoteKind,
  type SourceFile,
  type StatementStructures,
  ts,
  type WriterFunction,
} from 'ts-morph'
import { headOf } from './header.js'
import { Imports } from './imports.js'
import type { EmitSettings } from './settings.js'
import { specifierOf } from './specifier.js'

/** A file to be written: its name inside the output folder, and its text. */
export interface GeneratedFile {
  readonly name: string
  readonly text: string
}

/** Makes files out of declarations. */
export class SourceWriter {
  readonly #project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces, quoteKind: QuoteKind.Single },
  })

  readonly #settings: EmitSettings
  readonly #head: string

  constructor(settings: EmitSettings = {}) {
    this.#settings = settings
    this.#head = headOf('index.ts', settings.header)
  }

  /** The imports of a file, which is named inside the output folder and without extension. */
  imports(file: string): Imports {
    return new Imports((from) => this.specifier(file, from))
  }

  /** What stands in an import of `from` in `file`. */
  specifier(file: string, from: string): string {
    return specifierOf(file, from, this.#settings)
  }

  /** The file that consists of `statements`, and of code after them. */
  file(
    name: string,
    statements: readonly (StatementStructures | WriterFunction)[],
    code?: string,
  ): GeneratedFile {
    const source = this.#project.createSourceFile(`/${name}`, { statements: [...statements] })
    const text = `${this.#head}\n\n${withoutSemicolons(source)}${code === undefined ? '' : `\n${code}\n`}`
    this.#project.removeSourceFile(source)
    return { name, text }
  }
}

/** ts-morph ends declarations with a semicolon; the style of this project does not. */
function withoutSemicolons(source: SourceFile): string {
  const text = source.getFullText()
  const parts: string[] = []
  let start = 0
  for (const { end } of source.compilerNode.statements.flatMap(declarations)) {
    if (text[end - 1] !== ';') continue
    parts.push(text.slice(start, end - 1))
    start = end
  }
  return parts.join('') + text.slice(start)
}

/** What may end in a semicolon of a statement: the members of an interface, else itself, but nothing inside. */
function declarations(statement: ts.Statement): readonly ts.Node[] {
  return ts.isInterfaceDeclaration(statement) ? statement.members : [statement]
}

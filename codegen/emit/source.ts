import {
  IndentationText,
  Project,
  QuoteKind,
  type SourceFile,
  type StatementStructures,
  ts,
  type WriterFunction,
} from 'ts-morph'
import { HEADER } from './header.js'

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

  /** The file that consists of `statements`. */
  file(name: string, statements: readonly (StatementStructures | WriterFunction)[]): GeneratedFile {
    const source = this.#project.createSourceFile(`/${name}`, { statements: [...statements] })
    const text = `${HEADER}\n\n${withoutSemicolons(source)}`
    this.#project.removeSourceFile(source)
    return { name, text }
  }
}

/** ts-morph ends declarations with a semicolon; the style of this project does not. */
function withoutSemicolons(source: SourceFile): string {
  const text = source.getFullText()
  const ends: number[] = []
  const visit = (node: ts.Node): void => {
    if (endsInSemicolon(node) && text[node.end - 1] === ';') ends.push(node.end - 1)
    ts.forEachChild(node, visit)
  }
  visit(source.compilerNode)
  const starts = [0, ...ends.map((end) => end + 1)]
  return starts.map((start, index) => text.slice(start, ends[index])).join('')
}

function endsInSemicolon(node: ts.Node): boolean {
  return (
    ts.isPropertySignature(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableStatement(node)
  )
}

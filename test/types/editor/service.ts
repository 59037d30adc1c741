import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What an editor shows of one file of this repository, whose text may be changed. */
export class Editor {
  readonly #service: ts.LanguageService
  #text = ''
  #version = 0
  readonly #path: string

  constructor(path: string) {
    this.#path = path
    const config = ts.readConfigFile(join(root, 'tsconfig.json'), (name) => ts.sys.readFile(name))
    const { options } = ts.parseJsonConfigFileContent(
      config.config,
      { ...ts.sys, readDirectory: () => [] },
      root,
    )
    const read = (name: string) => (name === path ? this.#text : readFileSync(name, 'utf8'))
    const exists = (name: string) => name === path || ts.sys.fileExists(name)
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => [path],
      getScriptVersion: (name) => (name === path ? String(this.#version) : '0'),
      getScriptSnapshot: (name) => (exists(name) ? ts.ScriptSnapshot.fromString(read(name)) : undefined),
      getCurrentDirectory: () => root,
      getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
      fileExists: exists,
      readFile: read,
      readDirectory: (...args) => ts.sys.readDirectory(...args),
      directoryExists: (name) => ts.sys.directoryExists(name),
      getDirectories: (name) => ts.sys.getDirectories(name),
    })
  }

  write(text: string): void {
    this.#text = text
    this.#version++
  }

  /** What is shown of a name, on one line. */
  hover(name: string): string {
    const at = this.#text.indexOf(`const ${name} `) + 'const '.length
    const parts = this.#service.getQuickInfoAtPosition(this.#path, at)?.displayParts
    return ts
      .displayPartsToString(parts)
      .replace(/\s+/g, ' ')
      .replace(/^const \w+: /, '')
      .replaceAll('; }', ' }')
  }

  /** What is offered where the text has the mark. */
  completions(text: string, mark = '▮'): string[] {
    this.write(text.replace(mark, ''))
    const found = this.#service.getCompletionsAtPosition(this.#path, text.indexOf(mark), {})
    return (found?.entries ?? []).map(({ name }) => name)
  }

  /** What the compiler says, a message each. */
  messages(text: string): string[] {
    this.write(text)
    return this.#service
      .getSemanticDiagnostics(this.#path)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
  }
}

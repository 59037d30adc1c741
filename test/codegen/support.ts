import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder of its own for a test, gone at the end of the block. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'sluice-codegen-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** What a strict compiler, set up as in this repository, says about generated files, which may be in folders. */
export function typeErrors(files: ReadonlyMap<string, string>): string[] {
  using folder = temporaryFolder()
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }')
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true })
    writeFileSync(join(folder.path, name), text)
  }
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'), 'junction')
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(
    config.config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  )
  const paths = [...files.keys()].map((name) => join(folder.path, name))
  const program = ts.createProgram(paths, options)
  return paths
    .map((path) => program.getSourceFile(path))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start = 0, messageText }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
      return `${file?.fileName ?? ''}:${String(line)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
}

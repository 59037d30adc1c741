import { readdirSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../imports.js'

/** The strictest that the compiler knows, and its linters ask for. */
const STRICTEST: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  erasableSyntaxOnly: true,
  exactOptionalPropertyTypes: true,
  isolatedModules: true,
  noEmit: true,
  noFallthroughCasesInSwitch: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  noUncheckedSideEffectImports: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  preserveSymlinks: true,
  skipLibCheck: true,
  verbatimModuleSyntax: true,
}

/**
 * What the strictest compiler says of generated code in a project of its own, as the package's users have it.
 *
 * @param project - a folder, with what was generated below it.
 */
export function strictErrors(project: string): string[] {
  const files = readdirSync(project, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(project, name))
  const modules = join(project, 'node_modules')
  mkdirSync(modules, { recursive: true })
  for (const name of ['kysely', 'pg', '@types']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  symlinkSync(root, join(modules, 'sluice'))
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  const paths = { sluice: [join(root, 'src/index.ts')] }
  const program = ts.createProgram(files, { ...STRICTEST, paths })
  return files
    .map((name) => program.getSourceFile(name))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start = 0, messageText }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
      return `${file?.fileName ?? ''}:${String(line)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
}

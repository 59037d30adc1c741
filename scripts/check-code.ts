/**
 * Lints and type-checks: what `npm run lint:code` and `npm run typecheck` do, with one program of TypeScript for both.
 * Most of the time of either goes into finding types, which here are found once.
 */
import { ESLint } from 'eslint'
import ts from 'typescript'

const formatHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => process.cwd(),
  getNewLine: () => '\n',
}

function programOf(config: string): ts.Program {
  const parsed = ts.getParsedCommandLineOfConfigFile(config, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.formatDiagnostic(diagnostic, formatHost))
    },
  })
  if (parsed === undefined) throw new Error(`There is no ${config}.`)
  const { fileNames: rootNames, options, errors: configFileParsingDiagnostics } = parsed
  const host = ts.createCompilerHost(options, true)
  return ts.createProgram({ rootNames, options, configFileParsingDiagnostics, host })
}

const program = programOf('tsconfig.json')
const eslint = new ESLint({
  overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { programs: [program] } } },
})
const results = await eslint.lintFiles('.')
const problems = await (await eslint.loadFormatter()).format(results)
if (problems !== '') console.log(problems)

const diagnostics = ts.sortAndDeduplicateDiagnostics(ts.getPreEmitDiagnostics(program))
if (diagnostics.length > 0) console.log(ts.formatDiagnosticsWithColorAndContext(diagnostics, formatHost))

const isWrong = diagnostics.length > 0 || results.some(({ errorCount }) => errorCount > 0)
process.exitCode = isWrong ? 1 : 0

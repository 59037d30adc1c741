import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What stays the same from one program to the next is parsed and bound once: libraries, and this repository's files. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/**
 * What a strict compiler, set up as in this repository, says about files, each with its line.
 *
 * @param folder - where the files are, and whatever else may change between two calls.
 * @param changes - of the compiler's options.
 */
export function compileErrors(
  paths: readonly string[],
  folder: string,
  changes: ts.CompilerOptions = {},
): string[] {
  const options = { ...repositoryOptions(), ...changes }
  const program = ts.createProgram(paths, options, hostFor(folder, options))
  return paths
    .map((path) => program.getSourceFile(path))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start = 0, messageText }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
      return `${file?.fileName ?? ''}:${String(line)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
}

function repositoryOptions(): ts.CompilerOptions {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  return ts.parseJsonConfigFileContent(config.config, { ...ts.sys, readDirectory: () => [] }, root).options
}

function hostFor(folder: string, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  const parse = host.getSourceFile.bind(host)
  const passing = normalize(folder)
  // A file is bound under the options that it was first used with.
  const under = `${String(options.module)} ${String(options.moduleResolution)}`
  host.getSourceFile = (name, target, ...rest) => {
    if (normalize(name).startsWith(passing)) return parse(name, target, ...rest)
    const key = `${under} ${JSON.stringify(target)} ${name}`
    if (!parsed.has(key)) parsed.set(key, parse(name, target, ...rest))
    return parsed.get(key)
  }
  return host
}

/** What an editor strikes through in a file, by line: `12: name`. */
export function deprecatedUses(path: string, folder: string): string[] {
  const options = repositoryOptions()
  const host = hostFor(folder, options)
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [path],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) =>
      host.fileExists(name) ? ts.ScriptSnapshot.fromString(host.readFile(name) ?? '') : undefined,
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    fileExists: (name) => host.fileExists(name),
    readFile: (name) => host.readFile(name),
  })
  return service
    .getSuggestionDiagnostics(path)
    .filter(({ reportsDeprecated }) => reportsDeprecated !== undefined)
    .map(({ file, start, length }) => {
      const line = file.getLineAndCharacterOfPosition(start).line + 1
      return `${String(line)}: ${file.text.slice(start, start + length)}`
    })
    .sort()
}

import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../../../scripts/imports.js'
import type { Block } from './blocks.js'

const here = join(root, 'test/docs/blocks')

/** Modules that pages import by places of a reader's project. */
export const PLACES: Readonly<Record<string, string>> = {
  './generated/index.js': '../../../generated/index.js',
  '../generated/index.js': '../../../generated/index.js',
  './generated/functions.js': './stand-ins.js',
  './generated/validators.js': './stand-ins.js',
  './current-transaction.js': '../../../examples/current-transaction.js',
  './plugins/seeds.js': '../../../examples/plugins/seeds.js',
}

/** A block as a module of this folder. */
function moduleOf({ code }: Block): string {
  const placed = code.replaceAll(
    /(from )'(\.[^']+)'/g,
    (_whole, from: string, place: string) => `${from}'${PLACES[place] ?? place}'`,
  )
  return `${placed}\nexport {}\n`
}

/** The names that are at hand, as global ones. */
function globals(names: readonly string[]): string {
  const types = ['DB', 'User', 'Order', 'Post', 'NewUser', 'Repositories']
  return `import type { AtHand } from './at-hand.js'
import type * as Generated from '../../../generated/index.js'
import type * as Sluice from 'sluice'
declare global {
${names.map((name) => `  const ${name}: AtHand['${name}']`).join('\n')}
${types.map((name) => `  type ${name} = Generated.${name}`).join('\n')}
  type QueryTrace = Sluice.QueryTrace
  type Database<T> = Sluice.Database<T>
  type Server = import('node:http').Server
}
`
}

/** What a strict compiler says of blocks, where the given names are at hand: a text each, with its place. */
export function messagesOf(blocks: readonly Block[], names: readonly string[]): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), undefined, {
    ...ts.sys,
    readDirectory: () => [],
    onUnRecoverableConfigFileDiagnostic: () => {},
  })
  const options = { ...config?.options, noUnusedLocals: false, noUnusedParameters: false }
  const texts = new Map([[join(here, 'globals.ts'), globals(names)]])
  blocks.forEach((block, n) => texts.set(join(here, `block-${n}.ts`), moduleOf(block)))

  const host = ts.createCompilerHost(options, true)
  const [read, exists] = [host.readFile.bind(host), host.fileExists.bind(host)]
  host.readFile = (path) => texts.get(path) ?? read(path)
  host.fileExists = (path) => texts.has(path) || exists(path)
  const program = ts.createProgram([...texts.keys()], options, host)

  return blocks.flatMap((block, n) => {
    const source = program.getSourceFile(join(here, `block-${n}.ts`))
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.map(({ start = 0, messageText }) => {
      const line = source ? ts.getLineAndCharacterOfPosition(source, start).line : 0
      return `${block.place}, line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
  })
}

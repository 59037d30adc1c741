import { QuerySet, type Model } from 'sluice'
import ts from 'typescript'
import type { Block } from './blocks.js'
import { PLACES } from './compile.js'

/** Where imports of blocks lead, but for those of Node and of packages. */
const MODULES: Readonly<Record<string, () => Promise<unknown>>> = {
  sluice: () => import('sluice'),
  'sluice/config': () => import('sluice/config'),
  'sluice/opentelemetry': () => import('sluice/opentelemetry'),
  '../../../generated/index.js': () => import('../../../generated/index.js'),
  '../../../examples/current-transaction.js': () => import('../../../examples/current-transaction.js'),
  '../../../examples/plugins/seeds.js': () => import('../../../examples/plugins/seeds.js'),
}

const load = (name: string) => {
  const place = PLACES[name] ?? name
  return MODULES[place]?.() ?? import(/* @vite-ignore */ place)
}

/** A queryset that a block only makes is asked for its rows, so that the server has seen its SQL. */
async function settle(value: unknown): Promise<void> {
  if (value instanceof QuerySet) await (value as QuerySet<Model>).toArray()
}

/** Hands what the statements of a block give, or name, to `settle`. */
function settling(code: string): string {
  const source = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true)
  return source.statements
    .map((statement) => {
      const text = statement.getText()
      if (ts.isExpressionStatement(statement)) return `await settle(${statement.expression.getText()});`
      if (!ts.isVariableStatement(statement)) return text
      const names = statement.declarationList.declarations.map(({ name }) => name).filter(ts.isIdentifier)
      return [text, ...names.map((name) => `await settle(${name.text})`)].join(';\n')
    })
    .join('\n')
}

/** Runs a block to its end, with names at hand. */
export async function run({ code }: Block, names: Readonly<Record<string, unknown>>): Promise<void> {
  const { outputText } = ts.transpileModule(settling(code), {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  })
  const body = outputText
    .replaceAll(/^import \* as (\w+) from ('[^']+');$/gm, 'const $1 = await load($2);')
    .replaceAll(/^import (\w+) from ('[^']+');$/gm, 'const { default: $1 } = await load($2);')
    .replaceAll(/^import (\{[^}]*\}) from ('[^']+');$/gm, (_whole, imported: string, name: string) => {
      return `const ${imported.replaceAll(' as ', ': ')} = await load(${name});`
    })
    .replaceAll(/^export (?=const|function|async|class)/gm, '')
    .replaceAll(/^export default /gm, 'void ')
    .replaceAll(/^export \{\};$/gm, '')
  const given = { ...names, load, settle }
  // In a scope of its own, where names of the block may be those that are at hand. The code is that of the page.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const main = new Function(...Object.keys(given), `return (async () => {${body}})()`) as (
    ...values: unknown[]
  ) => Promise<void>
  await main(...Object.values(given))
}

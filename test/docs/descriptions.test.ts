import { join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { root } from '../../scripts/imports.js'

const entries = ['src/index.ts', 'src/opentelemetry/index.ts', 'codegen/config/define-config.ts']

/** The public names of files, and their members, that have no description. Also says how many were looked at. */
function undescribed(files: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), undefined, {
    ...ts.sys,
    readDirectory: () => [],
    onUnRecoverableConfigFileDiagnostic: () => {},
  })
  const options = config?.options ?? {}
  const host = ts.createCompilerHost(options, true)
  const read = host.readFile.bind(host)
  host.readFile = (name) => more[relative(root, name)] ?? read(name)
  const exists = host.fileExists.bind(host)
  host.fileExists = (name) => relative(root, name) in more || exists(name)
  const program = ts.createProgram(
    files.map((file) => join(root, file)),
    options,
    host,
  )
  const checker = program.getTypeChecker()
  const faults = new Set<string>()
  const seen = new Set<ts.Symbol>()

  const isOurs = ({ declarations = [] }: ts.Symbol) =>
    declarations.some(({ parent }) => !parent.getSourceFile().fileName.includes('/node_modules/'))
  const look = (symbol: ts.Symbol, name: string) => {
    if (seen.has(symbol) || !isOurs(symbol)) return
    seen.add(symbol)
    const hasText = symbol.getDocumentationComment(checker).length > 0
    const isHidden = symbol.getJsDocTags(checker).some(({ name }) => ['hidden', 'internal'].includes(name))
    if (!hasText && !isHidden) faults.add(name)
    for (const declaration of symbol.declarations ?? [])
      for (const member of membersOf(declaration)) look(member, `${name}.${member.name}`)
  }
  /** The members that are public and have a name, of a class, an interface or an alias of an object's type. */
  const membersOf = (declaration: ts.Node): ts.Symbol[] => {
    const shape =
      ts.isTypeAliasDeclaration(declaration) && ts.isTypeLiteralNode(declaration.type)
        ? declaration.type
        : declaration
    if (!ts.isClassDeclaration(shape) && !ts.isInterfaceDeclaration(shape) && !ts.isTypeLiteralNode(shape))
      return []
    return [...shape.members, ...parameterProperties(shape)]
      .filter(isPublic)
      .map((member) => member.name && checker.getSymbolAtLocation(member.name))
      .filter((member) => member !== undefined)
  }

  for (const file of files) {
    const source = program.getSourceFile(join(root, file))
    const module = source && checker.getSymbolAtLocation(source)
    for (const name of module ? checker.getExportsOfModule(module) : []) {
      const isAlias = (name.flags & ts.SymbolFlags.Alias) !== 0
      look(isAlias ? checker.getAliasedSymbol(name) : name, name.name)
    }
  }
  return { faults: [...faults], looked: seen.size }
}

function parameterProperties(shape: ts.Node): ts.ParameterDeclaration[] {
  const constructors = ts.isClassDeclaration(shape) ? shape.members.filter(ts.isConstructorDeclaration) : []
  return constructors
    .flatMap(({ parameters }) => parameters)
    .filter((parameter) => ts.isParameterPropertyDeclaration(parameter, parameter.parent))
}

function isPublic(member: ts.Declaration & { readonly name?: ts.Node }): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
  const { name } = member
  return (
    (ts.getCombinedModifierFlags(member) & hidden) === 0 &&
    name !== undefined &&
    !ts.isPrivateIdentifier(name) &&
    !ts.isComputedPropertyName(name)
  )
}

describe('public names', () => {
  it('are described, and their members', () => {
    const { faults, looked } = undescribed(entries)
    expect(looked).toBeGreaterThan(800)
    expect(faults).toEqual([])
  })

  it('are found without a description', () => {
    const text = `export class A {
      #own = 1
      private hidden = this.#own
      constructor(readonly a: number, b: number) { this.hidden = b }
      /** Said. */
      said() { return this.hidden }
      unsaid() {}
      /** @internal */
      inner() {}
    }
    /** Said. */
    export interface B { c: number }
    export const D = 1`
    const { faults } = undescribed(['src/made-up.ts'], { 'src/made-up.ts': text })
    expect(faults.sort()).toEqual(['A', 'A.a', 'A.unsaid', 'B.c', 'D'])
  })
})

import { type ImportDeclarationStructure, StructureKind } from 'ts-morph'
import { compare } from '../naming/unique.js'
import { nameList } from './braces.js'

/** What one file uses from others, gathered while its declarations are made. */
export class Imports {
  readonly #modules = new Map<string, Map<string, 'type' | 'value'>>()
  readonly #specifierOf: (from: string) => string

  /** @param specifierOf - what stands in an import of a module. */
  constructor(specifierOf: (from: string) => string) {
    this.#specifierOf = specifierOf
  }

  /** Notes that `name` of `from` is used as a type; gives the name back. */
  readonly type = (name: string, from: string): string => {
    const names = this.#names(from)
    if (!names.has(name)) names.set(name, 'type')
    return name
  }

  /** Notes that `name` of `from` is used as a value; gives the name back. */
  readonly value = (name: string, from: string): string => {
    this.#names(from).set(name, 'value')
    return name
  }

  /** The import declarations: packages before files, each by name. */
  structures(): ImportDeclarationStructure[] {
    return [...this.#modules]
      .map(([from, names]) => [this.#specifierOf(from), names] as const)
      .sort(
        ([left], [right]) =>
          Number(left.startsWith('.')) - Number(right.startsWith('.')) || compare(left, right),
      )
      .map(([from, names]) => declaration(from, names))
  }

  #names(from: string): Map<string, 'type' | 'value'> {
    const names = this.#modules.get(from) ?? new Map<string, 'type' | 'value'>()
    this.#modules.set(from, names)
    return names
  }
}

function declaration(
  moduleSpecifier: string,
  names: ReadonlyMap<string, 'type' | 'value'>,
): ImportDeclarationStructure {
  const isTypeOnly = ![...names.values()].includes('value')
  const specifiers = [...names]
    .sort(([left], [right]) => compare(left, right))
    .map(([name, use]) => (!isTypeOnly && use === 'type' ? `type ${name}` : name))
  const around = `import ${isTypeOnly ? 'type ' : ''}{  } from '${moduleSpecifier}'`
  return {
    kind: StructureKind.ImportDeclaration,
    moduleSpecifier,
    isTypeOnly,
    namedImports: nameList(specifiers, around.length),
  }
}

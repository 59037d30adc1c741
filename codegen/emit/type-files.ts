import { StructureKind, type TypeAliasDeclarationStructure, type WriterFunction } from 'ts-morph'
import type { EnumStyle } from './settings.js'
import type { DatabaseModel } from '../model/database-model.js'
import { DOMAINS, textBehindAlias, typeText } from '../model/type-text.js'
import { docName, taggedDoc } from './doc.js'
import { WIDTH } from './braces.js'
import { propertyKey, stringLiteral } from './literal.js'
import { scopeOf } from './row-interfaces.js'
import type { GeneratedFile, SourceWriter } from './source.js'
import { interfaceOf, orNull, propertyOf, typeOf } from './structures.js'

/** `enums.ts`: a union of labels per enum, and with `const` an object of these; no file without enums. */
export function enumsFile(
  { enums }: DatabaseModel,
  writer: SourceWriter,
  style: EnumStyle = 'union',
): GeneratedFile[] {
  if (enums.length === 0) return []
  const aliases = enums.map(({ type, typeName, comment, tags }): TypeAliasDeclarationStructure => {
    const doc = taggedDoc({ tags }, comment, `The enum ${docName(`${type.schema}.${type.name}`)}.`)
    return {
      kind: StructureKind.TypeAlias,
      name: typeName,
      isExported: true,
      docs: doc === undefined ? [] : [doc],
      type: union(typeName, type.labels),
    }
  })
  if (style === 'union') return [writer.file('enums.ts', spaced(aliases))]
  const withConstants = spaced(aliases).flatMap((alias, index) => {
    const { type, typeName } = enums[index] ?? {}
    return type === undefined || typeName === undefined ? [alias] : [alias, constantOf(typeName, type.labels)]
  })
  return [writer.file('enums.ts', withConstants)]
}

/** `composites.ts`: an interface per composite type; no file without any. */
export function compositesFile(model: DatabaseModel, writer: SourceWriter): GeneratedFile[] {
  const { composites } = model
  if (composites.length === 0) return []
  const imports = writer.imports('composites')
  const scope = scopeOf(model, imports, 'composites')
  const interfaces = composites.map(({ type, typeName, comment, tags }) =>
    interfaceOf(
      typeName,
      taggedDoc({ tags }, comment, `The composite type ${docName(`${type.schema}.${type.name}`)}.`),
      type.fields.map((field) =>
        propertyOf(field.property, orNull(typeText(field.type, 'row', scope), true)),
      ),
    ),
  )
  return [writer.file('composites.ts', [...imports.structures(), ...interfaces])]
}

/** `domain_types.ts`: a type per domain, what rows hold of it; no file without any. */
export function domainsFile(model: DatabaseModel, writer: SourceWriter): GeneratedFile[] {
  const imports = writer.imports(DOMAINS)
  const scope = scopeOf(model, imports, DOMAINS)
  const aliases = model.domains.flatMap(({ type, typeName, comment, tags }) => {
    if (typeName === undefined) return []
    const doc = taggedDoc({ tags }, comment, `The domain ${docName(`${type.schema}.${type.name}`)}.`)
    return [typeOf(typeName, doc, textBehindAlias(type, 'row', scope))]
  })
  const [first, ...others] = aliases
  if (first === undefined) return []
  const head = imports.structures()
  const top = head.length > 0 ? first : { ...first, leadingTrivia: '' }
  return [writer.file(`${DOMAINS}.ts`, [...head, top, ...others])]
}

/** ts-morph sets type aliases line by line; with comments they need air. */
function spaced(aliases: readonly TypeAliasDeclarationStructure[]): TypeAliasDeclarationStructure[] {
  return aliases.map((alias, index) =>
    index === 0 ? alias : { ...alias, leadingTrivia: (writer) => writer.blankLineIfLastNot() },
  )
}

function union(name: string, labels: readonly string[]): string {
  if (labels.length === 0) return 'never'
  const literals = labels.map(stringLiteral)
  const line = literals.join(' | ')
  if (`export type ${name} = ${line}`.length <= WIDTH) return line
  return `\n${literals.map((literal) => `  | ${literal}`).join('\n')}`
}

/** The labels by themselves, under the name of their union. */
function constantOf(name: string, labels: readonly string[]): WriterFunction {
  const entries = labels.map((label) => {
    // As a plain key it would set what the object inherits from.
    const key = label === '__proto__' ? `['__proto__']` : propertyKey(label)
    return `  ${key}: ${stringLiteral(label)},\n`
  })
  return (writer) => {
    writer.newLineIfLastNot().writeLine(`export const ${name} = {\n${entries.join('')}} as const`)
  }
}

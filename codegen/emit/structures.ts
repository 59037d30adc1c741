import {
  type InterfaceDeclarationStructure,
  type OptionalKind,
  type PropertySignatureStructure,
  StructureKind,
} from 'ts-morph'
import { docText } from './doc.js'
import { propertyKey } from './literal.js'

/** An exported interface. */
export function interfaceOf(
  name: string,
  doc: string | undefined,
  properties: OptionalKind<PropertySignatureStructure>[],
  base?: string,
): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: doc === undefined ? [] : [doc],
    extends: base === undefined ? [] : [base],
    properties,
  }
}

/** A property, documented by a comment of the database. */
export function propertyOf(
  name: string,
  type: string,
  comment?: string,
): OptionalKind<PropertySignatureStructure> {
  const doc = docText(comment)
  return { name: propertyKey(name), type, docs: doc === undefined ? [] : [doc] }
}

/** A type with its null, once. */
export function orNull(text: string, nullable: boolean): string {
  return nullable ? `${text} | null` : text
}

import {
  type InterfaceDeclarationStructure,
  type OptionalKind,
  type PropertySignatureStructure,
  StructureKind,
  type TypeAliasDeclarationStructure,
} from 'ts-morph'
import type { Commented } from '../introspect/catalog.js'
import { taggedDoc } from './doc.js'
import { propertyKey } from './literal.js'

/** What declares a type. */
export type TypeDeclaration = InterfaceDeclarationStructure | TypeAliasDeclarationStructure

/** An exported interface; of nothing at all a type, since linters take an interface without members for a slip. */
export function interfaceOf(
  name: string,
  doc: string | undefined,
  properties: OptionalKind<PropertySignatureStructure>[],
  ...bases: readonly string[]
): TypeDeclaration {
  if (properties.length === 0 && bases.length === 0) return typeOf(name, doc, 'Record<never, never>')
  return {
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: doc === undefined ? [] : [doc],
    extends: [...bases],
    properties,
  }
}

/** An exported type. */
export function typeOf(name: string, doc: string | undefined, type: string): TypeAliasDeclarationStructure {
  return {
    kind: StructureKind.TypeAlias,
    name,
    isExported: true,
    docs: doc === undefined ? [] : [doc],
    type,
    leadingTrivia: (writer) => writer.blankLineIfLastNot(),
  }
}

/**
 * A property.
 *
 * The type goes with the name: ts-morph makes a writer for each type that it is given, and takes twice the time.
 */
export function propertyOf(
  name: string,
  type: string,
  { of, doc = of && taggedDoc(of, of.comment), optional = false, readOnly = false }: PropertyOptions = {},
): OptionalKind<PropertySignatureStructure> {
  return {
    name: `${propertyKey(name)}${optional ? '?' : ''}: ${type}`,
    isReadonly: readOnly,
    docs: doc === undefined ? [] : [doc],
  }
}

export interface PropertyOptions {
  /** What it has its comment from. */
  readonly of?: Commented
  /** In place of that, ready to be written. */
  readonly doc?: string | undefined
  /** Default: `false`. */
  readonly optional?: boolean
  /** Default: `false`. */
  readonly readOnly?: boolean
}

/** A type with its null, once. */
export function orNull(text: string, nullable: boolean): string {
  return nullable ? `${text} | null` : text
}

import { assign, fingerprint, rank } from '../naming/unique.js'
import { pascalCase, words } from '../naming/words.js'
import { typeKey, type TypeNames } from './database-model.js'

interface NamedType {
  readonly kind: 'enum' | 'composite'
  readonly schema: string
  readonly name: string
}

/** The exported names of enums and composites, around those that tables have taken. */
export function nameTypes(types: readonly NamedType[], exports: ReadonlySet<string>): TypeNames {
  const names = assign(types, { taken: new Set(exports), rank, candidates, parts: (name) => [name] })
  return new Map([...names].map(([type, name]) => [typeKey(type), name]))
}

/** The name the type would have if it were alone. */
export function plainTypeName(type: NamedType): string {
  return pascalCase(words(type.name))
}

function* candidates(type: NamedType): Iterable<string> {
  const own = words(type.name)
  const prefixed = [...words(type.schema), ...own]
  yield pascalCase(own)
  yield pascalCase([...own, type.kind])
  yield pascalCase(prefixed)
  yield pascalCase([...own, `x${fingerprint(typeKey(type))}`])
  yield pascalCase([...prefixed, type.kind, `x${fingerprint(typeKey(type))}`])
}

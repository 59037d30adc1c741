import { CodegenError } from '../errors.js'
import { assign, fingerprints, rank } from '../naming/unique.js'
import { pascalCase, startsLikeIdentifier, words } from '../naming/words.js'
import { type ChosenNames, settingOf } from './chosen-names.js'
import { type TypeNames } from './database-model.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'

interface NamedType {
  readonly kind: 'enum' | 'composite' | 'domain'
  readonly schema: string
  readonly name: string
}

/**
 * The exported names of enums and composites, or of domains, around those that are taken.
 *
 * @throws {@link CodegenError} for a chosen name that is taken.
 */
export function nameTypes(
  types: readonly NamedType[],
  exports: ReadonlySet<string>,
  chosen: ChosenNames,
): TypeNames {
  const isChosen = (type: NamedType) => Number(chosen.type(type) !== undefined)
  const names = assign(types, {
    taken: new Set(exports),
    rank: (left, right) => isChosen(right) - isChosen(left) || rank(left, right),
    candidates: (type) => candidates(type, chosen.type(type)),
    parts: (name) => [name],
    refuse: (type) => {
      const setting = settingOf('types', qualifiedName(type))
      const name = chosen.type(type) ?? ''
      return new CodegenError(
        `${setting} chooses "${name}", which another type or table has. Choose another.`,
      )
    },
  })
  return new Map([...names].map(([type, name]) => [qualifiedName(type), name]))
}

/** The name the type would have if it were alone; none when nothing of it can be part of a name. */
export function plainTypeName(type: NamedType): string | undefined {
  const own = words(type.name)
  return startsLikeIdentifier(own) ? pascalCase(own) : undefined
}

function* candidates(type: NamedType, chosen: string | undefined): Iterable<string> {
  if (chosen !== undefined) {
    yield chosen
    return
  }
  const own = words(type.name)
  yield pascalCase(own)
  yield pascalCase([...own, type.kind])
  yield pascalCase([...words(type.schema), ...own])
  for (const mark of fingerprints(qualifiedName(type))) yield pascalCase([...own, `x${mark}`])
}

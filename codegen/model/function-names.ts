import { CodegenError } from '../errors.js'
import { groupBy } from '../group-by.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import type { CatalogFunction } from '../introspect/catalog.js'
import type { NamingStyle } from '../naming/style.js'
import { assign, compare, fingerprints, rank } from '../naming/unique.js'
import { camelCase, pascalCase, startsLikeIdentifier, words } from '../naming/words.js'
import { type ChosenNames, settingOf } from './chosen-names.js'
import type { FunctionNames } from './database-model.js'
import { RESERVED_REPOSITORIES } from './reserved-names.js'

/**
 * Names functions so that no two share a method or a type. Where several have one name in SQL, each is called by its
 * parameters as well: `searchByQ`, `searchByQAndLimit`.
 *
 * @param exports - names of types that are taken.
 * @throws {@link CodegenError} for a chosen name that another function has.
 */
export function nameFunctions(
  functions: readonly CatalogFunction[],
  exports: ReadonlySet<string>,
  chosen: ChosenNames,
  style: NamingStyle,
): ReadonlyMap<CatalogFunction, FunctionNames> {
  const namesakes = groupBy(functions, (each) => qualifiedName(each))
  const isChosen = (each: CatalogFunction) => Number(chosen.function(each) !== undefined)
  const ranked = (left: CatalogFunction, right: CatalogFunction) =>
    isChosen(right) - isChosen(left) || rank(left, right) || compare(left.signature, right.signature)
  const wordings = (each: CatalogFunction) =>
    functionWords(each, (namesakes.get(qualifiedName(each))?.length ?? 0) > 1)
  const properties = assign(functions, {
    taken: new Set(RESERVED_REPOSITORIES),
    rank: ranked,
    candidates: (each) => methodNames(wordings(each), chosen.function(each), style),
    parts: (name) => [name],
    refuse: (each) =>
      new CodegenError(
        `${settingOf('functions', each.signature)} chooses "${chosen.function(each) ?? ''}", which another function has. ` +
          'Choose another.',
      ),
  })
  const types = assign(functions, {
    taken: new Set(exports),
    rank: ranked,
    candidates: (each) => typeNames(words(properties.get(each) ?? ''), wordings(each)),
    parts: (names) => Object.values(names),
  })
  return new Map(
    functions.flatMap((each) => {
      const [property, names] = [properties.get(each), types.get(each)]
      return property === undefined || names === undefined ? [] : [[each, { property, ...names }]]
    }),
  )
}

/** What it would be called if its name were its own; undefined when nothing of that can be part of a name. */
export function plainMethodName({ name }: CatalogFunction, style: NamingStyle): string | undefined {
  if (style === 'asIs') return name
  const own = words(name)
  return startsLikeIdentifier(own) ? camelCase(own) : undefined
}

interface FunctionWords {
  readonly schema: string
  readonly name: string
  /** The names of its parameters, where others are called like it; their types where names do not tell them apart. */
  readonly by: readonly (readonly string[])[]
  readonly mark: Iterable<string>
}

function functionWords(each: CatalogFunction, hasNamesakes: boolean): FunctionWords {
  const { schema, name, parameters, signature } = each
  const inputs = parameters.filter(({ mode }) => mode !== 'out')
  const types = signature.slice(qualifiedName(each).length).match(/[\p{L}\p{N}_]+/gu) ?? []
  const byName = inputs.map((parameter) => parameter.name).filter((text) => text !== '')
  const by = hasNamesakes && inputs.length > 0 ? [byName, types].filter((list) => list.length > 0) : [[]]
  return { schema, name, by, mark: fingerprints(signature) }
}

function* methodNames(
  { schema, name, by, mark }: FunctionWords,
  chosen: string | undefined,
  style: NamingStyle,
): Iterable<string> {
  if (chosen !== undefined) {
    yield chosen
    return
  }
  const [first = []] = by
  if (style === 'asIs' && first.length === 0) yield name
  for (const list of by) yield camelCase(joined(words(name), list))
  for (const list of by) yield camelCase(joined([...words(schema), ...words(name)], list))
  for (const text of mark) yield camelCase([...words(name), `x${text}`])
}

function joined(name: readonly string[], by: readonly string[]): string[] {
  return [...name, ...by.flatMap((each, index) => [index === 0 ? 'by' : 'and', ...words(each)])]
}

function* typeNames(
  own: readonly string[],
  { mark }: FunctionWords,
): Iterable<Omit<FunctionNames, 'property'>> {
  yield typesOf(pascalCase(own))
  yield typesOf(pascalCase([...own, 'function']))
  for (const text of mark) yield typesOf(pascalCase([...own, `x${text}`]))
}

function typesOf(name: string): Omit<FunctionNames, 'property'> {
  return {
    arguments: `${name}Arguments`,
    row: `${name}Row`,
    filter: `${name}Filter`,
    columns: `${name}Columns`,
    model: `${name}Model`,
  }
}

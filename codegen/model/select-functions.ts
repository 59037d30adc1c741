import { qualifiedName, type Qualified } from '../../src/schema/qualified-name.js'
import { didYouMean } from '../config/did-you-mean.js'
import { CodegenError } from '../errors.js'
import type { Catalog, Skipped } from '../introspect/catalog.js'
import { matcherOf, partMatcher } from './name-pattern.js'

/**
 * The functions and procedures to generate: `true` for all, names or globs as in `include`, or these with what to leave
 * out of them.
 */
export type FunctionSettings =
  | boolean
  | readonly string[]
  | { readonly include?: readonly string[] | undefined; readonly exclude?: readonly string[] | undefined }

/** Whether any functions are asked for. */
export function wantsFunctions(functions: FunctionSettings = false): boolean {
  return functions !== false
}

/**
 * The catalog without the functions that nobody asked for.
 *
 * @throws {@link CodegenError} for a name or glob that matches nothing.
 */
export function selectFunctions(
  catalog: Catalog,
  settings: { readonly functions?: FunctionSettings; readonly schemas?: readonly string[] },
): Catalog {
  const { functions = false, schemas } = settings
  const { include, exclude = [] } = patternsOf(functions)
  if (catalog.functions === undefined) return catalog
  const known = [...catalog.functions, ...catalog.skipped.filter(isFunction)]
  for (const pattern of [...(include ?? []), ...exclude]) {
    if (known.some(matcherOf(pattern))) continue
    const names = [...new Set(known.map((each) => qualifiedName(each)))]
    throw new CodegenError(
      `functions: "${pattern}" matches no function or procedure.${didYouMean(pattern, names)}`,
    )
  }
  const inSchemas = schemas?.map(partMatcher)
  const isWanted = (each: Qualified): boolean =>
    (inSchemas?.some((matches) => matches(each.schema)) ?? true) &&
    (include?.some((pattern) => matcherOf(pattern)(each)) ?? true) &&
    !exclude.some((pattern) => matcherOf(pattern)(each))
  return {
    ...catalog,
    functions: catalog.functions.filter(isWanted),
    skipped: catalog.skipped.filter((each) => !isFunction(each) || isWanted(each)),
  }
}

function patternsOf(functions: FunctionSettings) {
  if (typeof functions === 'boolean') return {}
  return isList(functions) ? { include: functions } : functions
}

function isList(settings: object): settings is readonly string[] {
  return Array.isArray(settings)
}

/** One that could be no method. */
function isFunction({ types }: Skipped): boolean {
  return types !== undefined
}

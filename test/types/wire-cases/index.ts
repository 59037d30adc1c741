import { builtCases } from './built.js'
import { numberCases } from './numbers.js'
import { stringCases } from './strings.js'
import { timeCases } from './times.js'
import type { WireCase } from './wire-case.js'

export { typesSql } from './own-types.js'

/** Every type with a codec of its own, and types that stand for those without. */
export const wireCases: readonly WireCase[] = [...numberCases, ...stringCases, ...timeCases, ...builtCases]

import { PositionError } from '../errors.js'
import { sourceName, type QueryState } from '../query/state.js'
import type { Position } from './beyond.js'
import { isValueOf } from './exact.js'

/** Of the form of what is written, which comes first in it. */
const VERSION = 1

/** What is written of a position. */
export interface PositionForm {
  /** As messages name it. */
  readonly what: 'position' | 'checkpoint' | 'partition'
  /** Whose it is. */
  readonly method: string
  /** What tells its queryset from others: each by what differs, and as a hash. */
  readonly marks: readonly (readonly [difference: string, hash: (state: QueryState) => string])[]
  /** What its queryset may have, and what not. */
  readonly rule: string
  /** Whether values can be those of a position. Default: as many as the order has fields, each of its field's type. */
  readonly isFit?: (values: readonly unknown[]) => boolean
  /** Over what is written, where it is to tell that it was changed. */
  readonly seal?: (written: unknown) => string
}

/**
 * A string for URLs, which anyone can read: the version, the marks, the seal if there is one, and the position, which is null
 * before the first row.
 */
export function writeDocument(form: PositionForm, state: QueryState, position: Position | null): string {
  const marks = form.marks.map(([, hash]) => hash(state))
  const seal = form.seal === undefined ? [] : [form.seal([marks, position])]
  return Buffer.from(JSON.stringify([VERSION, ...marks, ...seal, position])).toString('base64url')
}

/**
 * What was written, if it is of this queryset; null before its first row.
 *
 * @param forms that may be taken for this one.
 * @throws {@link PositionError}
 */
export function readDocument(
  form: PositionForm,
  state: QueryState,
  text: unknown,
  forms: readonly PositionForm[],
): Position | null {
  const { what, marks, rule, seal } = form
  const name = sourceName(state)
  const [version, ...parts] = documentOf(text)
  if (typeof version === 'number' && version > VERSION) {
    throw new PositionError(
      `The ${what} in ${name} was written by a newer version of sluice: begin anew, or upgrade.`,
    )
  }
  const other = forms.find((each) => each !== form && parts.length === lengthOf(each))
  if (version === VERSION && other !== undefined) {
    throw new PositionError(
      `What was given as a ${what} in ${name} is a ${other.what} of ${other.method}(): ${form.method}() takes its own.`,
    )
  }
  const position: unknown = parts.at(-1)
  const isWhole =
    version === VERSION &&
    parts.length === lengthOf(form) &&
    (Array.isArray(position) || (position === null && seal !== undefined)) &&
    (seal === undefined || parts.at(-2) === seal([parts.slice(0, marks.length), position]))
  if (!isWhole)
    throw new PositionError(`What was given as a ${what} in ${name} is none: it was cut or made up.`)
  const difference = marks.find(([, hash], index) => parts[index] !== hash(state))?.[0]
  if (difference !== undefined) {
    throw new PositionError(
      `The ${what} is that of another queryset than this one on ${name}: ${difference} differs. ${rule}`,
    )
  }
  const { isFit = (values) => isPosition(state, values) } = form
  if (position === null || isFit(position as unknown[])) return position as Position | null
  throw new PositionError(`The ${what} in ${name} has values that its fields cannot have: it was made up.`)
}

function isPosition({ order }: QueryState, values: readonly unknown[]): values is Position {
  return (
    values.length === order.length && order.every(({ column }, index) => isValueOf(column, values[index]))
  )
}

/** Of what comes behind the version. */
function lengthOf({ marks, seal }: PositionForm): number {
  return marks.length + (seal === undefined ? 1 : 2)
}

function documentOf(text: unknown): unknown[] {
  if (typeof text !== 'string' || !/^[\w-]+$/.test(text)) return []
  try {
    const document: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return Array.isArray(document) ? document : []
  } catch {
    return []
  }
}

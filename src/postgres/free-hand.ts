import type { CustomTypesConfig } from 'pg'
import pgUtils from 'pg/lib/utils.js'
import { codecForOid } from '../codec/codec-for-oid.js'
import { checkString } from '../codec/text.js'
import type { Parameter } from './protocol.js'

/** How free-hand SQL that is not streamed is read: as text, by the types that come back. */
export const freeHandTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number) =>
    codecForOid(oid)?.decodeText ?? String) as CustomTypesConfig['getTypeParser'],
}

/**
 * A parameter of free-hand SQL, converted as pg's own client does.
 *
 * @throws {@link EncodeError} for text that PostgreSQL cannot hold: pg would send another one in its place.
 */
export function freeHandParameter(value: unknown): Parameter {
  const parameter = pgUtils.prepareValue(value)
  return typeof parameter === 'string' ? checkString('A parameter of free-hand SQL', parameter) : parameter
}

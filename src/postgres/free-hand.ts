import type { CustomTypesConfig } from 'pg'
import pgUtils from 'pg/lib/utils.js'
import { codecForOid } from '../codec/codec-for-oid.js'
import type { Parameter } from './protocol.js'

/** How free-hand SQL that is not streamed is read: as text, by the types that come back. */
export const freeHandTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number) =>
    codecForOid(oid)?.decodeText ?? String) as CustomTypesConfig['getTypeParser'],
}

/** A parameter of free-hand SQL, converted as pg's own client does. */
export function freeHandParameter(value: unknown): Parameter {
  return pgUtils.prepareValue(value)
}

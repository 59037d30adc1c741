import type { CustomTypesConfig } from 'pg'
import pgUtils from 'pg/lib/utils.js'
import { codecForOid } from '../codec/codec-for-oid.js'
import { textRowReader } from '../row/row-reader.js'
import { objectShape } from '../row/row-shape.js'
import type { Parameter } from './protocol.js'

/** Free-hand SQL has no schema: its columns are decoded by the types that come back. */
function decoderFor(oid: number): (text: string) => unknown {
  return codecForOid(oid)?.decodeText ?? String
}

/** The same for statements that pg's own client reads. */
export const freeHandTypes: CustomTypesConfig = {
  getTypeParser: decoderFor as CustomTypesConfig['getTypeParser'],
}

/** Reads free-hand streams. */
export const freeHandReader = textRowReader(decoderFor, objectShape)

/** A parameter of free-hand SQL, converted as pg's own client does. */
export function freeHandParameter(value: unknown): Parameter {
  return pgUtils.prepareValue(value)
}

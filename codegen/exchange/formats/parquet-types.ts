import type { ParquetWriter } from 'hyparquet-writer'
import { serverType } from '../../../src/schema/type.js'
import { jsonOf } from '../cells/json.js'
import { microsecondsOf } from '../cells/moments.js'
import { textOf } from '../cells/text.js'
import type { ExportColumn } from './format.js'

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number]

/** How a column is in Parquet. */
export interface ParquetColumn {
  readonly element: SchemaElement
  /** Undefined for a value that the type in Parquet does not have, such as `infinity`. */
  readonly write: (value: unknown) => unknown
}

/** DECIMAL has at most so many digits. */
const MOST_DIGITS = 38
const NUMERIC = /^numeric\((\d+),(\d+)\)$/

/** The type that says the same; arrays, ranges and composites are JSON, and what Parquet has no type for is a string. */
export function parquetColumn({ name, type, sqlType }: ExportColumn): ParquetColumn {
  const of = (element: Omit<SchemaElement, 'name'>, write: ParquetColumn['write']): ParquetColumn => ({
    element: { name, repetition_type: 'OPTIONAL', ...element },
    write,
  })
  const same = (value: unknown) => value
  const base = serverType(type)
  const isText = typeof base === 'string' || base.kind === 'enum'
  switch (isText ? base : 'json') {
    case 'bool':
      return of({ type: 'BOOLEAN' }, same)
    case 'int2':
    case 'int4':
      return of({ type: 'INT32' }, same)
    case 'oid':
    case 'int8':
      return of({ type: 'INT64' }, (value) => BigInt(value as string))
    case 'float4':
      return of({ type: 'FLOAT' }, same)
    case 'float8':
      return of({ type: 'DOUBLE' }, same)
    case 'numeric':
      return decimal(of, sqlType) ?? of({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, same)
    case 'bytea':
      return of({ type: 'BYTE_ARRAY' }, same)
    case 'date':
      return of({ type: 'INT32', converted_type: 'DATE' }, (value) => {
        const microseconds = microsecondsOf(value as string)
        return microseconds === undefined ? undefined : Number(microseconds / 86_400_000_000n)
      })
    case 'timestamp':
    case 'timestamptz': {
      const logical_type = {
        type: 'TIMESTAMP',
        isAdjustedToUTC: base === 'timestamptz',
        unit: 'MICROS',
      } as const
      return of({ type: 'INT64', logical_type }, (value) => microsecondsOf(value as string))
    }
    case 'json':
    case 'jsonb':
      return of({ type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } }, (value) =>
        Buffer.from(isText ? (value as string) : jsonOf(type, value)),
      )
    case 'uuid':
      return of({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } }, same)
    default:
      return of({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, (value) => textOf(type, value))
  }
}

/** DECIMAL where the column says how many digits it has. NaN and infinities are none. */
function decimal(
  of: (element: Omit<SchemaElement, 'name'>, write: ParquetColumn['write']) => ParquetColumn,
  sqlType: string,
): ParquetColumn | undefined {
  const [, precision = 0, scale = 0] = (NUMERIC.exec(sqlType) ?? []).map(Number)
  if (precision === 0 || precision > MOST_DIGITS || scale > precision) return undefined
  const size =
    precision <= 9
      ? ({ type: 'INT32' } as const)
      : precision <= 18
        ? ({ type: 'INT64' } as const)
        : ({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16 } as const)
  return of({ ...size, converted_type: 'DECIMAL', precision, scale }, (value) => {
    const [whole = '', fraction = ''] = (value as string).split('.')
    return /\d$/.test(value as string) ? BigInt(whole + fraction.padEnd(scale, '0')) : undefined
  })
}

/** The digits of a DECIMAL as PostgreSQL reads them. */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const [whole, fraction] = [digits.slice(0, digits.length - scale), digits.slice(digits.length - scale)]
  return `${unscaled < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

import { isDeepStrictEqual } from 'node:util'
import type { Client } from 'pg'
import { Attached } from '../../copies.js'
import { typeLabel, type TypeSchema } from '../../schema/type.js'
import { codecForOid } from '../../types/codec-for.js'
import { typeOfOid } from '../../types/type-oids.js'

/** A column that free-hand SQL returns. */
interface Column {
  readonly name: string
  readonly typeOid: number
}

type Parser = (text: string) => unknown

/** Once in a process, whichever copy of sluice is first. */
const told = new Attached<typeof globalThis, true>('values-notice', '')

/** What a server may send of types that someone reads as more than text. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  bool: ['t'],
  ...everyOne(['int2', 'int4', 'int8', 'oid'], '7'),
  ...everyOne(['float4', 'float8', 'numeric'], '1.50'),
  bytea: ['\\x00ff'],
  uuid: ['6f1a2b3c-0000-4000-8000-00000000abcd'],
  date: ['2024-02-29'],
  time: ['23:59:59.5'],
  timetz: ['23:59:59.5+05:30'],
  timestamp: ['2024-02-29 12:00:00.123456'],
  timestamptz: ['2024-02-29 12:00:00.123+00'],
  interval: ['1 day 02:03:04'],
  // SQL's NULL is no value, and JSON's may be another than null.
  ...everyOne(['json', 'jsonb'], '{"a": [1, null]}', 'null'),
  point: ['(1,2)'],
  circle: ['<(1,2),3>'],
  ...everyOne(['int4range', 'int8range', 'numrange'], '[1,5)'),
  ...everyOne(['tsrange', 'tstzrange', 'daterange'], 'empty'),
}

/** Of types that everyone reads as text, unless told otherwise. */
const ANY = ['a']

function everyOne(types: readonly string[], ...texts: string[]): Record<string, readonly string[]> {
  return Object.fromEntries(types.map((type) => [type, texts]))
}

/**
 * Says once in a process, by a warning with the code `SLUICE_VALUES`, that free-hand SQL returns other values than Kysely's
 * PostgresDialect would on the same pool. It is measured, by samples of each type and the parsers that clients have: who has
 * set some that make the same of them hears nothing.
 */
export class ValuesNotice {
  /** Parsers by which a type is the same. */
  readonly #same = new Map<number, Parser>()

  look(client: Client, columns: readonly Column[]): void {
    if (told.get(globalThis) === true) return
    for (const { name, typeOid } of columns) {
      // What it returns is up to who has set it.
      const parser = client.getTypeParser(typeOid, 'text') as Parser
      if (this.#same.get(typeOid) === parser) continue
      const difference = differenceOf(typeOid, parser)
      if (difference !== undefined) return tell(name, typeOid, difference)
      this.#same.set(typeOid, parser)
    }
  }
}

interface Difference {
  readonly ours: unknown
  readonly theirs: unknown
}

function differenceOf(typeOid: number, parser: Parser): Difference | undefined {
  const decode = codecForOid(typeOid)?.decodeText ?? String
  for (const text of samplesOf(typeOid)) {
    const ours = decode(text)
    let theirs: unknown
    try {
      theirs = parser(text)
    } catch (error) {
      theirs = error
    }
    if (!isDeepStrictEqual(ours, theirs)) return { ours, theirs }
  }
  return undefined
}

function samplesOf(typeOid: number): readonly string[] {
  const type = typeOfOid(typeOid)
  if (type === undefined) return ANY
  if (typeof type !== 'string' && type.kind === 'multirange') return ['{}']
  if (typeof type === 'string' || type.kind !== 'array') return SAMPLES[labelOf(type)] ?? ANY
  const ofMultirange = typeof type.element !== 'string' && type.element.kind === 'multirange'
  return (SAMPLES[labelOf(type.element)] ?? (ofMultirange ? ['{}'] : ANY)).map(
    (text) => `{${JSON.stringify(text)}}`,
  )
}

/** Types of PostgreSQL's own go without their schema. */
function labelOf(type: TypeSchema): string {
  return typeLabel(type).replace('pg_catalog.', '')
}

function tell(name: string, typeOid: number, { ours, theirs }: Difference): void {
  told.set(globalThis, true)
  const type = typeOfOid(typeOid)
  const label = type === undefined ? `the type with OID ${typeOid}` : labelOf(type)
  const [given, other] = [kindOf(ours), kindOf(theirs)]
  process.emitWarning(
    `Free-hand SQL returns the column ${JSON.stringify(name)} (${label}) as ${given}, where Kysely's PostgresDialect ` +
      `would return ${other === given ? 'another' : other} on this pool, and SluiceDialect was not told which you want. Give it values: 'pg' for ` +
      "what PostgresDialect returns, by the type parsers of pg and of the pool, or values: 'sluice' for what repositories " +
      'return. Other columns may differ as well; this is said once.',
    { type: 'SluiceWarning', code: 'SLUICE_VALUES' },
  )
}

/** Of what a sample is read as. */
function kindOf(value: unknown): string {
  if (value instanceof Error) return 'what its type parser refuses'
  if (Array.isArray(value)) return `an array, each element ${kindOf(value[0])}`
  if (value === null || typeof value !== 'object') return value === null ? 'null' : `a ${typeof value}`
  // Objects of no class have no constructor.
  const { name } = (value as { constructor?: { name: string } }).constructor ?? { name: 'Object' }
  return name === 'Object' ? 'an object' : `a ${name}`
}

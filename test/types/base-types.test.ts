import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { mapTypes } from '../../codegen/model/type-mapping.js'
import { CONVERTIBLE, type CodecName } from '../../codegen/model/type-settings.js'
import { ENGINE_NAMES } from '../../codegen/model/reserved-names.js'
import { type Side, typeText } from '../../codegen/model/type-text.js'
import { DecodeError } from '../../src/errors.js'
import { serverLabel, type TypeSchema } from '../../src/schema/type.js'
import type { BaseType, Reading, Total } from '../../src/types/base-type.js'
import { baseTypes, readAs, readingOf, recordOf } from '../../src/types/base-types.js'
import { codecFor } from '../../src/types/codec-for.js'
import { lookupKind } from '../../src/types/lookup-kind.js'
import { jsonNull } from '../../src/types/json/json.js'
import { createTestDatabase } from '../support/database.js'
import { wireCases } from './wire-cases/index.js'

const readings = baseTypes.flatMap((type) => type.readings.map((reading) => ({ type, reading })))

/** The type of a column whose values are read so. The default needs no name that settings have. */
function typeRead({ name }: BaseType, { row }: Reading): TypeSchema {
  return row === readingOf(name).row ? name : readAs(name, row as CodecName)
}

function textOf(type: TypeSchema, side: Side): string {
  return typeText(type, side, { types: new Map(), refined: new Map(), use: () => undefined })
}

/** SQL's name of a type: `"char"` is not `char`, and only the latter has a length. */
function sqlName(name: string): string {
  return `"${name}"`
}

let database: Awaited<ReturnType<typeof createTestDatabase>>
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'none' })
  client = new pg.Client({ connectionString: database.url, types: { getTypeParser: () => String } })
  await client.connect()
  await client.query('create extension citext; create extension hstore; create extension ltree')
  await client.query(`set timezone = 'UTC'; set intervalstyle = 'iso_8601'`)
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

async function valueOf(sql: string): Promise<unknown> {
  const { rows } = await client.query<unknown[]>({ text: `select ${sql}`, rowMode: 'array' })
  return rows[0]?.[0]
}

/** Whether the server knows what an expression means. */
async function isKnown(sql: string): Promise<boolean> {
  return client.query(`select ${sql}`).then(
    () => true,
    () => false,
  )
}

describe('the records', () => {
  test('are of one type each, by name and by OID', () => {
    const oids = baseTypes.flatMap((type) => type.oids ?? [])
    expect(new Set(oids).size).toBe(oids.length)
    expect(new Set(baseTypes.map(({ name }) => name)).size).toBe(baseTypes.length)
  })

  test('are found through domains and conversions', () => {
    const base: TypeSchema = { kind: 'converted', type: 'int8', as: 'number' }
    const domain: TypeSchema = { kind: 'domain', schema: 'public', name: 'small', base }
    expect(recordOf(domain)).toBe(recordOf('int8'))
    expect(readingOf(domain)).toBe(recordOf('int8')?.readings[1])
    expect(readingOf({ kind: 'array', element: 'int8' })).toBeUndefined()
  })

  test('refuse what a type is not read as', () => {
    expect(() => codecFor({ kind: 'converted', type: 'int8', as: 'Date' })).toThrow(
      'The type int8 cannot be read as Date. Choices: bigint, number, string.',
    )
  })

  test('give each way to read a type its own name, and the name that the server has', () => {
    for (const { type, reading } of readings) {
      const { name, base } = codecFor(typeRead(type, reading))
      const isDefault = reading === type.readings[0]
      expect(name).toBe(isDefault ? type.name : `${type.name} as ${reading.row}`)
      expect(base).toBe(isDefault ? undefined : type.name)
    }
    expect(new Set(readings.map(({ reading }) => reading.codec.name)).size).toBe(readings.length)
  })

  test('have a string for what would lose a part of itself as a Date', () => {
    const dates = baseTypes.filter((type) => type.readings.some(({ row }) => row === 'Date'))
    expect(dates.length).toBeGreaterThan(0)
    for (const type of dates) expect(type.readings.map(({ row }) => row)).toContain('string')
  })
})

describe.each(baseTypes)('the server on $name', (type) => {
  const { name, oids, lookups } = type
  const sql = sqlName(name)

  test('has its OIDs and its delimiter', async () => {
    const { rows } = await client.query(
      `select oid::int8 as oid, typarray::int8 as array, typdelim as delimiter from pg_type where typname = $1`,
      [name],
    )
    expect(rows).toHaveLength(1)
    const [oid, array] = oids ?? [expect.anything() as number, expect.anything() as number]
    const found = { oid: oids && String(oid), array: oids && String(array), delimiter: type.delimiter }
    expect(rows[0]).toMatchObject(oids ? found : { delimiter: type.delimiter })
  })

  test('has the operators of its lookups', async () => {
    expect(await isKnown(`null::${sql} = null::${sql}`)).toBe(lookups !== 'null')
    if (lookups === 'equality' || lookups === 'null') return
    expect(await isKnown(`null::${sql} < null::${sql}`)).toBe(true)
    if (lookups === 'text') expect(await isKnown(`null::${sql} like 'a' and null::${sql} ~ 'a'`)).toBe(true)
    if (lookups === 'json') expect(await isKnown(`null::${sql} @> null::${sql}`)).toBe(true)
  })

  test('finds its equality for arrays where the record says so', async () => {
    expect(await isKnown(`array[null::${sql}] = array[null::${sql}]`)).toBe(type.innerEquality)
  })

  test('compares it with its family', async () => {
    for (const other of baseTypes.filter(({ family }) => family === type.family)) {
      if (lookups !== 'null') expect(await isKnown(`null::${sql} = null::${sqlName(other.name)}`)).toBe(true)
    }
  })

  test.each(type.readings.map((reading) => [reading.row, reading] as const))(
    'makes of it, read as %s, sums and averages of the types said',
    async (_, reading) => {
      for (const name of ['sum', 'avg'] as const) {
        const total: Total | undefined = reading[name]
        if (total === undefined) continue
        const call = `${name}(null::${sql})`
        const result = total.cast === undefined ? call : `cast(${call} as ${total.cast})`
        const expected = serverLabel(total.type)
        expect(await valueOf(`pg_typeof(${result}) = '${expected}'::regtype`)).toBe('t')
      }
    },
  )
})

/** What a TypeScript type, or one of a union, is at run time. */
const isOf: Readonly<Record<string, (value: unknown) => boolean>> = {
  bigint: (value) => typeof value === 'bigint',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  Date: (value) => value instanceof Date,
  Buffer: (value) => Buffer.isBuffer(value),
  JsonValue: (value) => JSON.stringify(value) !== undefined,
}

/** Values of TypeScript types, that every type which takes them can hold; `text` is what the server prints for one. */
const samples: Readonly<Record<string, (text: string) => unknown>> = {
  bigint: () => 1n,
  boolean: () => true,
  number: () => 1,
  string: (text) => text,
  Date: () => new Date(0),
  Uint8Array: () => new Uint8Array(2),
  JsonValue: () => ({ a: [1] }),
  JsonNull: () => jsonNull,
}

const parts = (text: string): string[] => text.split(' | ')

describe('the generator and the run time', () => {
  test('know the same cases: every type with a codec of its own is put over the wire', () => {
    const own = baseTypes.filter(({ readings: [first, ...others] }) => first.codec.decodeBinary ?? others[0])
    const tested = new Set(wireCases.map(({ type }) => type))
    expect(own.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([])
  })

  test('name no type that generated files cannot import', () => {
    const known = new Set<string>([...ENGINE_NAMES, 'Buffer', 'Date', 'Uint8Array'])
    const names = readings.flatMap(
      ({ reading: { row, input } }) => `${row} ${input}`.match(/\b[A-Z]\w*/g) ?? [],
    )
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })

  test.each(readings.map(({ type, reading }) => [reading.codec.name, type, reading] as const))(
    'agree on what %s is, and takes',
    async (_, type, reading) => {
      const schema = typeRead(type, reading)
      const codec = codecFor(schema)
      expect(codec).toBe(reading.codec)
      expect(textOf(schema, 'row')).toBe(reading.row)
      expect(textOf(schema, 'selected')).toBe(type.readings[0].row)
      expect(lookupKind(schema)).toBe(type.lookups)

      const wireCase = wireCases.find((each) => each.type === type.name)
      if (wireCase === undefined) return
      const texts: string[] = []
      for (const literal of wireCase.values) {
        const text = String(await valueOf(`(${literal})::${wireCase.sql}`))
        try {
          const value = codec.decodeText(text)
          expect(parts(textOf(schema, 'row')).some((part) => isOf[part]?.(value))).toBe(true)
          texts.push(text)
        } catch (error) {
          // What cannot be read so, such as infinity as a Date.
          expect(error).toBeInstanceOf(DecodeError)
        }
      }
      expect(texts.length).toBeGreaterThan(0)
      for (const part of parts(textOf(schema, 'input'))) {
        expect(() => codec.encode(samples[part]?.(texts[0] ?? ''))).not.toThrow()
      }
    },
  )

  test.each(
    CONVERTIBLE.flatMap((type) => type.readings.map((reading) => [type.name, reading.row, type, reading])),
  )('agree on what the setting of %s to %s makes', (name, row, type, reading) => {
    const column = { name: 'value', type: name, nullable: false, hasDefault: false, sqlType: name }
    const catalog = {
      tables: [{ schema: 'a', name: 'b', columns: [column] }],
      enums: [],
      composites: [],
      domains: [],
    }
    const mapped = mapTypes(catalog as unknown as Catalog, { types: { [name as string]: row as CodecName } })
    const found = mapped.catalog.tables[0]?.columns[0]?.type
    expect(found).toEqual(typeRead(type as BaseType, reading as Reading))
  })
})

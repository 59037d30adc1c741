import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { DecodeError } from '../../src/errors.js'
import { createTestDatabase } from '../support/database.js'
import { typesSql, wireCases } from './wire-cases/index.js'

/** Session settings that change what PostgreSQL prints. */
interface Session {
  readonly settings: Readonly<Record<string, string>>
  /** The styles that text can be read in without ambiguity: nothing may be refused. */
  readonly readable: boolean
}

const usual = { DateStyle: 'ISO, MDY', IntervalStyle: 'iso_8601', bytea_output: 'hex', TimeZone: 'UTC' }

const sessions: readonly Session[] = [
  { readable: true, settings: usual },
  {
    readable: true,
    settings: {
      DateStyle: 'ISO, YMD',
      IntervalStyle: 'postgres',
      bytea_output: 'escape',
      extra_float_digits: '3',
      TimeZone: 'Asia/Kolkata',
      search_path: 'pg_catalog, public',
    },
  },
  { readable: true, settings: { ...usual, IntervalStyle: 'postgres', TimeZone: 'Europe/Amsterdam' } },
  {
    readable: false,
    settings: {
      ...usual,
      DateStyle: 'SQL, DMY',
      IntervalStyle: 'sql_standard',
      TimeZone: 'America/St_Johns',
    },
  },
  {
    readable: false,
    settings: { DateStyle: 'Postgres, MDY', IntervalStyle: 'postgres_verbose', TimeZone: 'Africa/Monrovia' },
  },
  {
    readable: false,
    settings: { DateStyle: 'German', IntervalStyle: 'sql_standard', bytea_output: 'escape' },
  },
]

const rawText = { getTypeParser: () => (text: string) => text }

let database: Awaited<ReturnType<typeof createTestDatabase>>
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'none' })
  client = new pg.Client({ connectionString: database.url, types: rawText })
  await client.connect()
  await client.query(typesSql)
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

async function configure(settings: Readonly<Record<string, string>>): Promise<void> {
  await client.query('reset all')
  for (const [name, value] of Object.entries({ extra_float_digits: '1', ...settings })) {
    await client.query('select set_config($1, $2, false)', [name, value])
  }
}

/** The function that writes a type in binary: what it returns is exactly what goes over the wire. */
async function senderOf(sql: string): Promise<string> {
  const { rows } = await client.query<{ sender: string }>(
    `select typsend::regproc::text as sender from pg_type where oid = $1::regtype`,
    [sql],
  )
  return rows[0]!.sender
}

interface Printed {
  readonly text: string
  readonly bytes: Buffer
}

/** Expressions of a type as PostgreSQL prints them, in text and in binary, by one query. */
async function print(
  sql: string,
  expressions: readonly string[],
  parameters: unknown[] = [],
): Promise<Printed[]> {
  const sender = await senderOf(sql)
  const columns = expressions.flatMap((expression) => {
    const value = `(${expression})::${sql}`
    return [value, `encode(${sender}(${value}), 'hex')`]
  })
  const { rows } = await client.query<string[]>({
    text: `select ${columns.join(', ')}`,
    values: parameters,
    rowMode: 'array',
  })
  const row = rows[0]!
  return expressions.map((_, index) => ({
    text: row[2 * index]!,
    bytes: Buffer.from(row[2 * index + 1]!, 'hex'),
  }))
}

/** Decodes bytes that lie inside a larger buffer, as they do in the socket's. */
function decodeBinary(
  decode: (bytes: Buffer, start: number, end: number) => unknown,
  bytes: Buffer,
): unknown {
  const around = Buffer.concat([Buffer.alloc(7, 0xff), bytes, Buffer.alloc(9, 0xff)])
  const value = decode(around, 7, 7 + bytes.length)
  around.fill(0)
  return value
}

function outcome(decode: () => unknown): unknown {
  try {
    return decode()
  } catch (error) {
    if (error instanceof DecodeError) return DecodeError
    throw error
  }
}

describe.each(wireCases)('$sql', (wireCase) => {
  const codec = codecFor(wireCase.type)

  test('text and binary agree under every setting', async () => {
    await configure(usual)
    const expected = (await print(wireCase.sql, wireCase.values)).map(({ text }) => codec.decodeText(text))
    for (const { settings, readable } of sessions) {
      await configure(settings)
      const printed = await print(wireCase.sql, wireCase.values)
      for (const [index, { text, bytes }] of printed.entries()) {
        const label = `${text} under ${JSON.stringify(settings)}`
        if (codec.decodeBinary) {
          expect(decodeBinary(codec.decodeBinary, bytes), label).toStrictEqual(expected[index])
        }
        const read = outcome(() => codec.decodeText(text))
        if (readable || read !== DecodeError) expect(read, label).toStrictEqual(expected[index])
      }
    }
  })

  test('what is read is what PostgreSQL prints', async () => {
    await configure(usual)
    for (const { text } of await print(wireCase.sql, wireCase.values)) {
      const value = codec.decodeText(text)
      if (wireCase.print) {
        const again = wireCase.print === JSON.stringify ? JSON.stringify(JSON.parse(text)) : text
        expect(wireCase.print(value as never)).toBe(again)
      } else if (typeof value === 'string') {
        expect(value).toBe(text)
      } else if (typeof value === 'number') {
        expect(value).toBe(Number(text))
      }
    }
  })

  test('what is read can be written, under every setting', async () => {
    await configure(usual)
    const original = await print(wireCase.sql, wireCase.values)
    const values = original.map(({ text }) => codec.decodeText(text))
    const places = values.map((_, index) => `$${index + 1}`)
    const encoded = values.map((value) => codec.encode(value))
    for (const { settings } of sessions) {
      await configure(settings)
      for (const [index, { bytes }] of (await print(wireCase.sql, places, encoded)).entries()) {
        const label = `${original[index]!.text} under ${JSON.stringify(settings)}`
        if (codec.decodeBinary) {
          expect(decodeBinary(codec.decodeBinary, bytes), label).toStrictEqual(values[index])
        } else {
          expect(bytes, label).toStrictEqual(original[index]!.bytes)
        }
      }
    }
  })
})

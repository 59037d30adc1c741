import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { Client } from 'pg'
import { EncodeError } from 'sluice'
import { ByteWriter } from '../../src/types/byte-writer.js'
import { codecFor } from '../../src/types/codec-for.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

const taken: Record<string, readonly string[]> = {
  timestamptz: [
    '2024-01-02T03:04:05.123Z',
    '2024-01-02 03:04:05+00',
    '2024-1-2 03:04+0530',
    '2024-01-02 03:04:05.123456789 +05:30:10',
    '20240102T030405Z',
    '2024-07-02 03:04:05 Europe/Berlin',
    '2024-01-02 03:04:05 america/argentina/buenos_aires',
    '0044-03-15 12:00:00+00 BC',
    'January 8, 1999 04:05:06 UTC',
    '8-Jan-1999 4:05 PM +01',
    '1999-Jan-08 4:05:06 GMT',
    '2024-01-02 24:00:00+00',
    ' 2024-01-02 00:00:00 z ',
    'infinity',
    '-Infinity',
    'epoch',
  ],
  timestamp: ['2024-01-02', '2024-01-02T03:04:05Z', '20240102 030405.5', 'Jan 8 1999 04:05', 'infinity'],
  date: ['2024-01-02', '20240102', '8 January 1999', '0044-03-15 BC', '2024-01-02T23:00:00-05', 'epoch'],
  time: ['04:05', '4:05 PM', '040506', '04:05:06.789', '04:05:06+02'],
  timetz: ['04:05+02', '04:05:06.7Z', '040506-08'],
  interval: [
    '1 day 2:03',
    '-1 days +02:03:04',
    '-1 day -02:03:04',
    '-02:03:04',
    '-1-2',
    '-1-2 -3:04',
    'P-1DT2H',
    '-1.5 days',
    '1 day 2 hours ago',
  ],
}

const refused: Record<string, readonly string[]> = {
  timestamptz: [
    '2024-01-02',
    '2024-01-02 03:04:05',
    '2024-01-02T03:04:05',
    '2024-01-02-05',
    '01/02/2024 03:04:05+00',
    '01-02-2024 03:04:05+00',
    '1.2.2024 03:04:05+00',
    '24-01-02 03:04:05+00',
    '2024-01-02 03:04:05 CET',
    'Tue Jan 02 03:04:05 2024 IST',
    'today',
    'tomorrow',
  ],
  timestamp: ['01/02/2024', '1.2.2024 03:04', '02-01-2024', '99-01-08', 'now', 'yesterday'],
  date: ['01/02/2024', '1.2.2024', '010203', 'Jan-08-99', 'today', 'now'],
  time: ['now'],
  timetz: ['04:05', '04:05:06 Europe/Berlin', '04:05 CET'],
  interval: ['-1 day 02:03:04', '-1 2:03:04', '-1 year 2 mons', '- 1 day 2h', '-1-2 3:04', '-1day2hours'],
}

describe.each(Object.keys(refused))('a string for %s', (type) => {
  test.each(refused[type] ?? [])('%j, which is another value in another session, is refused', (text) => {
    expect(() => codecFor(type).encode(text)).toThrow(EncodeError)
    expect(() => codecFor(type).encode(text)).toThrow(`${type} takes a string such as '`)
    expect(() => codecFor(type).encodeBinary?.(text, new ByteWriter())).not.toThrow()
    expect(codecFor(type).encodeBinary?.(text, new ByteWriter()) ?? false).toBe(false)
  })
})

describe('a string that is taken', () => {
  let database: TestDatabase
  const sessions: Client[] = []
  beforeAll(async () => {
    database = await createTestDatabase()
    for (const [style, zone, interval] of [
      ['ISO, MDY', 'UTC', 'postgres'],
      ['German, DMY', 'Asia/Kolkata', 'sql_standard'],
      ['SQL, DMY', 'America/St_Johns', 'iso_8601'],
      ['Postgres, YMD', 'Pacific/Apia', 'postgres_verbose'],
    ]) {
      const client = new Client(database.url)
      await client.connect()
      await client.query(`SELECT set_config('DateStyle', $1, false)`, [style])
      await client.query(`SELECT set_config('TimeZone', $1, false)`, [zone])
      await client.query(`SELECT set_config('IntervalStyle', $1, false)`, [interval])
      sessions.push(client)
    }
  })
  afterAll(async () => {
    await Promise.all(sessions.map((each) => each.end()))
    await database.drop()
  })

  it.each(Object.entries(taken).flatMap(([type, texts]) => texts.map((text) => [type, text] as const)))(
    'is the same %s in every session: %j',
    async (type, text) => {
      const sent = codecFor(type).encode(text)
      const bytes = await Promise.all(
        sessions.map(async (each) => {
          const { rows } = await each.query<{ sent: Buffer }>(`SELECT ${type}_send($1::${type}) AS sent`, [
            sent,
          ])
          return rows[0]?.sent.toString('hex')
        }),
      )
      expect(new Set(bytes).size).toBe(1)
    },
  )
})

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codecForOid } from '../../src/types/codec-for.js'
import { codecFor } from '../../src/types/codec-for.js'
import type { TypeSchema } from '../../src/schema/type.js'
import { createTestDatabase } from '../support/database.js'

describe('codecFor', () => {
  test('gives the same codec for the same type', () => {
    const type: TypeSchema = { kind: 'array', element: 'int4' }
    expect(codecFor(type)).toBe(codecFor(type))
    expect(codecFor('int4')).toBe(codecFor('int4'))
    expect(codecFor('made_up')).toBe(codecFor('made_up'))
  })

  test('reads unknown types as text, even those named like properties of every object', () => {
    for (const name of ['made_up', 'constructor', '__proto__']) {
      const codec = codecFor(name)
      expect(codec.name).toBe(name)
      expect(codec.decodeText('(1,2)')).toBe('(1,2)')
      expect(codec.decodeBinary).toBeUndefined()
    }
  })

  test('names types for error messages', () => {
    const status: TypeSchema = { kind: 'enum', schema: 'public', name: 'status', labels: [] }
    expect(codecFor({ kind: 'array', element: status }).name).toBe('public.status[]')
    expect(codecFor({ kind: 'domain', schema: 'shop', name: 'price', base: 'numeric' }).name).toBe(
      'shop.price',
    )
  })

  test('a domain is read as its base, through other domains', () => {
    const inner: TypeSchema = { kind: 'domain', schema: 'public', name: 'a', base: 'int8' }
    const outer = codecFor({ kind: 'domain', schema: 'public', name: 'b', base: inner })
    expect(outer.decodeText('1')).toBe(1n)
    expect(outer.decodeBinary).toBe(codecFor('int8').decodeBinary)
  })
})

describe('codecForOid', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>
  let client: pg.Client

  beforeAll(async () => {
    database = await createTestDatabase({ schema: 'none' })
    client = new pg.Client(database.url)
    await client.connect()
  })

  afterAll(async () => {
    await client.end()
    await database.drop()
  })

  test('knows the base types, ranges and multiranges of PostgreSQL, and arrays of them, by their names', async () => {
    const { rows } = await client.query<{ oid: number; name: string; kind: string; element: string | null }>(
      `select type.oid, type.typname as name, type.typtype as kind, element.typname as element
       from pg_type type left join pg_type element on element.typarray = type.oid
       where type.typnamespace = 'pg_catalog'::regnamespace
         and coalesce(element.typtype, type.typtype) in ('b', 'r', 'm') and type.oid < 10000`,
    )
    const wrong = rows.filter(({ oid, name, element }) => {
      const found = codecForOid(oid)?.name.replace('pg_catalog.', '')
      return found !== undefined && found !== (element === null ? name : `${element}[]`)
    })
    expect(wrong).toEqual([])
    const known = rows.filter(({ oid }) => codecForOid(oid)).map(({ name }) => name)
    expect(known).toEqual(
      expect.arrayContaining([
        'bool',
        '_bool',
        'jsonb',
        '_numeric',
        'int4range',
        '_tstzrange',
        '_datemultirange',
      ]),
    )
    expect(known.length).toBeGreaterThan(140)
  })

  test('knows nothing of types whose OID this database gave', async () => {
    await client.query(`create type mood as enum ('ok')`)
    const { rows } = await client.query<{ oid: number }>(`select 'mood'::regtype::oid as oid`)
    expect(codecForOid(rows[0]!.oid)).toBeUndefined()
    expect(codecForOid(0)).toBeUndefined()
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  max,
  min,
  Repository,
  SchemaRegistry,
  type KyselyHandle,
  type Model,
  type RelationSchema,
  type TableSchema,
  type ToMany,
  type ToOne,
  type TypeSchema,
} from 'sluice'
import { openLibrary, type Library } from '../support/library.js'
import { tableSchema } from '../support/table-schema.js'

interface PersonRow {
  id: number
  email: string
  isbn: string | null
}
interface PersonModel extends Model {
  readonly name: 'people'
  readonly row: PersonRow
  readonly key: 'id'
  readonly filter: Readonly<Record<string, unknown>>
  readonly insert: PersonRow
  readonly update: Partial<PersonRow>
  readonly columns: object
  readonly relations: { readonly letters: ToMany<LetterModel> }
}
interface LetterModel extends Model {
  readonly name: 'letters'
  readonly row: { id: number; email: string }
  readonly key: 'id'
  readonly filter: Readonly<Record<string, unknown>>
  readonly insert: { id: number; email: string }
  readonly update: { id?: number; email?: string }
  readonly columns: object
  readonly relations: { readonly person: ToOne<PersonModel, false> }
}

/** The tables, with the extensions' types in a schema. */
function tablesWith(schema: string) {
  const extensionType = (name: string): TypeSchema => ({ kind: 'domain', schema, name, base: name })
  const address: TypeSchema = {
    kind: 'domain',
    schema: 'public',
    name: 'address',
    base: extensionType('citext'),
  }
  const people = tableSchema(
    'people',
    { id: 'int4', email: address, isbn: extensionType('isbn') },
    { ...key, uniqueKeys: [['email']], relations: [toLetters] },
  )
  const letters = tableSchema(
    'letters',
    { id: 'int4', email: extensionType('citext') },
    { ...key, relations: [toPerson] },
  )
  const nullable: TableSchema = {
    ...people,
    columns: people.columns.map((column) =>
      column.name === 'isbn' ? { ...column, nullable: true } : column,
    ),
  }
  return { people: nullable, letters, schemas: new SchemaRegistry([nullable, letters]) }
}

const byEmail = { columns: ['email'], targetColumns: ['email'], nullable: false }
const toLetters: RelationSchema = { ...byEmail, name: 'letters', kind: 'many', target: 'public.letters' }
const toPerson: RelationSchema = { ...byEmail, name: 'person', kind: 'one', target: 'public.people' }
const key = { primaryKey: ['id'] }

class People extends Repository<PersonModel> {
  constructor(kysely: KyselyHandle, { people, schemas }: ReturnType<typeof tablesWith>) {
    super(kysely, people, schemas)
  }
}
class Letters extends Repository<LetterModel> {
  constructor(kysely: KyselyHandle, { letters, schemas }: ReturnType<typeof tablesWith>) {
    super(kysely, letters, schemas)
  }
}

let library: Library
let persons: People
let mail: Letters

async function open(schema: string): Promise<void> {
  library = await openLibrary(1, { max: 1 })
  await library.sql(`
    create schema if not exists ${schema};
    create schema app;
    create extension citext schema ${schema};
    create extension isn schema ${schema};
    create domain address as ${schema}.citext;
    create table people (id int primary key, email address not null unique, isbn ${schema}.isbn);
    create table letters (id int primary key, email ${schema}.citext not null);
    insert into people values (1, 'Ada@Example.com', '0-306-40615-2'), (2, 'bob@example.com', null),
      (3, 'Zoe@example.com', '0-19-852663-6');
    insert into letters values (1, 'ada@example.com'), (2, 'ADA@example.com'), (3, 'Bob@example.com');
    do $$ begin execute format('alter database %I set search_path to app', current_database()); end $$;
    set search_path to app`)
  const tables = tablesWith(schema)
  persons = new People(library.db, tables)
  mail = new Letters(library.db, tables)
}

async function found(filter: Readonly<Record<string, unknown>>): Promise<number[]> {
  return (await persons.filter(filter).orderBy('id').toArray()).map(({ id }) => id)
}

describe.each(['ext', 'public'])(
  'of a type whose extension is in %s, where the search_path does not lead',
  (schema) => {
    beforeAll(() => open(schema))
    afterAll(() => library[Symbol.asyncDispose]())

    it.each([
      [{ email: 'ada@example.com' }, [1]],
      [{ email: { ne: 'ADA@EXAMPLE.COM' } }, [2, 3]],
      [{ email: { in: ['ADA@EXAMPLE.COM', 'BOB@example.com'] } }, [1, 2]],
      [{ email: { notIn: ['ADA@EXAMPLE.COM'] } }, [2, 3]],
      [{ email: { gt: 'BOB@EXAMPLE.COM' } }, [3]],
      [{ email: { lte: 'bOb@example.com' } }, [1, 2]],
      [{ email: { range: ['ADA@A', 'BOB@Z'] } }, [1, 2]],
      [{ email: { contains: '@EXAMPLE' } }, [1, 2, 3]],
      [{ email: { startsWith: 'zoe' } }, [3]],
      [{ email: { iEndsWith: 'COM' } }, [1, 2, 3]],
      [{ email: { regex: '^ADA' } }, [1]],
      [{ letters: { some: { email: 'aDA@example.com' } } }, [1]],
      [{ isbn: '0-306-40615-2' }, [1]],
      [{ isbn: { ne: '0-306-40615-2' } }, [2, 3]],
      [{ isbn: { in: ['0-306-40615-2', '0-19-852663-6'] } }, [1, 3]],
    ])('%j is answered by its own operators', async (filter, ids) => {
      expect(await found(filter)).toEqual(ids)
    })

    it('querysets are looked in by them', async () => {
      expect(await found({ email: { in: mail.values('email') } })).toEqual([1, 2])
      expect(await found({ email: { notIn: mail.values('email') } })).toEqual([3])
    })

    it('relations are joined and prefetched by them', async () => {
      const own = await persons.orderBy('id').prefetchRelated('letters').toArray()
      expect(own.map((row) => row.letters.map(({ id }) => id))).toEqual([[1, 2], [3], []])
      const up = await mail.orderBy('id').selectRelated('person').toArray()
      expect(up.map((row) => row.person.id)).toEqual([1, 1, 2])
    })

    it('one row for each value is left, the least and the greatest are its own', async () => {
      expect(await mail.distinct('email').count()).toBe(2)
      const rows = await mail.values('email').distinct().count()
      expect(rows).toBe(2)
      const ends = await persons.aggregate({ first: min('email'), last: max('email') })
      expect(ends).toEqual({ first: 'Ada@Example.com', last: 'Zoe@example.com' })
      await library.sql("update public.people set email = 'Bob@example.com' where id = 2")
      const sorted = await persons.orderBy('email').toArray()
      expect(sorted.map(({ id }) => id)).toEqual([1, 2, 3])
    })

    it('a row is found again, and updated in place of made anew', async () => {
      const updated = await persons.updateOrCreate({ email: 'ADA@example.COM' }, { id: 9, isbn: null })
      expect(updated).toEqual([expect.objectContaining({ id: 9 }), false])
      expect([...(await persons.inBulk(['ADA@EXAMPLE.COM'], { field: 'email' })).values()]).toHaveLength(1)
    })
  },
)

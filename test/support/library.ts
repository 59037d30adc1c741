import pg from 'pg'
import {
  connect,
  Repository,
  SchemaRegistry,
  type ComparableCondition,
  type Conditions,
  type ConnectOptions,
  type Database,
  type KyselyHandle,
  type Model,
  type RelationSchema,
  type TableSchema,
  type TextCondition,
  type ToMany,
  type ToManyCondition,
  type ToOne,
} from 'sluice'
import { createTestDatabase, type TestDatabase } from './database.js'
import { tableSchema } from './table-schema.js'

/** A library with a relation of every kind, written by hand as the generator would. */
export interface Publisher {
  id: number
  name: string
}
export interface Author {
  id: number
  name: string
  publisherId: number | null
  mentorId: number | null
}
export interface Book {
  id: number
  authorId: number
  editorId: number | null
  title: string
  pages: number | null
}
export interface Tag {
  id: number
  name: string
}
export interface BookTag {
  bookId: number
  tagId: number
}

export interface PublisherFilter extends Conditions<PublisherFilter> {
  readonly id?: ComparableCondition<number>
  readonly name?: TextCondition
  readonly authors?: ToManyCondition<AuthorFilter>
}
export interface AuthorFilter extends Conditions<AuthorFilter> {
  readonly id?: ComparableCondition<number>
  readonly name?: TextCondition
  readonly publisherId?: ComparableCondition<number> | null
  readonly publisher?: PublisherFilter | null
  readonly mentor?: AuthorFilter | null
  readonly students?: ToManyCondition<AuthorFilter>
  readonly books?: ToManyCondition<BookFilter>
  readonly edited?: ToManyCondition<BookFilter>
}
export interface BookFilter extends Conditions<BookFilter> {
  readonly id?: ComparableCondition<number>
  readonly title?: TextCondition
  readonly pages?: ComparableCondition<number> | null
  readonly author?: AuthorFilter
  readonly editor?: AuthorFilter | null
  readonly tags?: ToManyCondition<TagFilter>
}
export interface TagFilter extends Conditions<TagFilter> {
  readonly id?: ComparableCondition<number>
  readonly name?: TextCondition
  readonly books?: ToManyCondition<BookFilter>
}

interface TableModel<Name extends string, Row extends object, Filter extends object> extends Model {
  readonly name: Name
  readonly row: Row
  readonly filter: Filter
  readonly insert: Row
  readonly update: Partial<Row>
  readonly columns: object
}
export interface PublisherModel extends TableModel<'publishers', Publisher, PublisherFilter> {
  readonly key: 'id'
  readonly relations: { readonly authors: ToMany<AuthorModel> }
}
export interface AuthorModel extends TableModel<'authors', Author, AuthorFilter> {
  readonly key: 'id'
  readonly relations: {
    readonly publisher: ToOne<PublisherModel, true>
    readonly mentor: ToOne<AuthorModel, true>
    readonly students: ToMany<AuthorModel>
    readonly books: ToMany<BookModel>
    readonly edited: ToMany<BookModel>
  }
}
export interface BookModel extends TableModel<'books', Book, BookFilter> {
  readonly key: 'id'
  readonly relations: {
    readonly author: ToOne<AuthorModel, false>
    readonly editor: ToOne<AuthorModel, true>
    readonly tags: ToMany<TagModel>
  }
}
export interface TagModel extends TableModel<'tags', Tag, TagFilter> {
  readonly key: 'id'
  readonly relations: { readonly books: ToMany<BookModel> }
}

const keyed = (
  name: string,
  columns: Readonly<Record<string, string>>,
  relations: readonly RelationSchema[],
): TableSchema => tableSchema(name, columns, { primaryKey: ['id'], relations })
const toOne = (name: string, target: string, column: string, nullable: boolean): RelationSchema => ({
  ...{ name, kind: 'one', nullable, target: `public.${target}` },
  ...{ columns: [column], targetColumns: ['id'] },
})
const toMany = (name: string, target: string, column: string): RelationSchema => ({
  ...{ name, kind: 'many', nullable: false, target: `public.${target}` },
  ...{ columns: ['id'], targetColumns: [column] },
})
const through = (name: string, target: string, own: string, other: string): RelationSchema => ({
  ...{ name, kind: 'many', nullable: false, target: `public.${target}` },
  ...{ columns: ['id'], targetColumns: ['id'] },
  through: { table: 'public.book_tags', columns: [own], targetColumns: [other] },
})

export const publishersSchema = keyed('publishers', { id: 'int4', name: 'text' }, [
  toMany('authors', 'authors', 'publisherId'),
])
export const authorsSchema = keyed(
  'authors',
  { id: 'int4', name: 'text', publisherId: 'int4?', mentorId: 'int4?' },
  [
    toOne('publisher', 'publishers', 'publisherId', true),
    toOne('mentor', 'authors', 'mentorId', true),
    toMany('students', 'authors', 'mentorId'),
    toMany('books', 'books', 'authorId'),
    toMany('edited', 'books', 'editorId'),
  ],
)
export const booksSchema = keyed(
  'books',
  { id: 'int4', authorId: 'int4', editorId: 'int4?', title: 'text', pages: 'int4?' },
  [
    toOne('author', 'authors', 'authorId', false),
    toOne('editor', 'authors', 'editorId', true),
    through('tags', 'tags', 'bookId', 'tagId'),
  ],
)
export const tagsSchema = keyed('tags', { id: 'int4', name: 'text' }, [
  through('books', 'books', 'tagId', 'bookId'),
])
const bookTagsSchema = tableSchema(
  'book_tags',
  { bookId: 'int4', tagId: 'int4' },
  { primaryKey: ['bookId', 'tagId'] },
)
const schemas = new SchemaRegistry([publishersSchema, authorsSchema, booksSchema, tagsSchema, bookTagsSchema])

class Publishers extends Repository<PublisherModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, publishersSchema, schemas)
  }
}
export class Authors extends Repository<AuthorModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, authorsSchema, schemas)
  }
}
class Books extends Repository<BookModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, booksSchema, schemas)
  }
}
class Tags extends Repository<TagModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, tagsSchema, schemas)
  }
}

export interface Library extends AsyncDisposable {
  readonly db: Database<object>
  readonly database: TestDatabase
  readonly publishers: Publishers
  readonly authors: Authors
  readonly books: Books
  readonly tags: Tags
  sql<R extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>
}

export async function openLibrary(authors = 30, options: ConnectOptions = {}): Promise<Library> {
  const database = await createTestDatabase()
  const observer = new pg.Client(database.url)
  await observer.connect()
  const sql = async <R extends object>(text: string, values?: unknown[]) =>
    (await observer.query<R>(text, values)).rows
  await sql(`
    create table publishers (id integer primary key, name text not null);
    create table authors (id integer primary key, name text not null, publisher_id integer references publishers,
      mentor_id integer references authors);
    create table books (id integer primary key, author_id integer not null references authors,
      editor_id integer references authors, title text not null, pages integer);
    create table tags (id integer primary key, name text not null);
    create table book_tags (book_id integer references books, tag_id integer references tags, primary key (book_id, tag_id));
    insert into publishers select n, 'Publisher ' || n from generate_series(1, 5) n;
    insert into tags select n, 'Tag ' || n from generate_series(1, 4) n`)
  await sql(
    `insert into authors select n, 'Author ' || n, case when n % 5 <> 0 then n % 5 + 1 end, nullif(n / 2, 0)
     from generate_series(1, $1) n`,
    [authors],
  )
  await sql(
    `insert into books select a * 10 + b, a, case when b % 2 = 0 then a % $1 + 1 end, 'Book ' || a || '.' || b,
       case when b <> 2 then b * 100 end
     from generate_series(1, $1) a, generate_series(1, 3) b where b <= a % 4`,
    [authors],
  )
  await sql('insert into book_tags select id, t from books, generate_series(1, 4) t where (id + t) % 3 = 0')
  const db = connect<object>({ connectionString: database.url, ...options })
  return {
    db,
    database,
    publishers: new Publishers(db),
    authors: new Authors(db),
    books: new Books(db),
    tags: new Tags(db),
    sql,
    [Symbol.asyncDispose]: async () => {
      await db.close()
      await observer.end()
      await database.drop()
    },
  }
}

import {
  Repository,
  SchemaRegistry,
  type ComparableCondition,
  type KyselyHandle,
  type Model,
  type RelationSchema,
  type TableSchema,
  type ToMany,
  type ToOne,
} from '../../src/index.js'
import { tableSchema } from '../support/table-schema.js'

/** Rows that `failing` and `stalling` give before the one that fails, or takes a minute. */
export const GOOD_ROWS = 1200
export const MOST_ROWS = 2000
export const SHELVES = 400
export const BOOKS = 1100
export const ROOMS = 5

/**
 * The payload of a number is `x` and the number; every book stands on a shelf, and every shelf in a room. A row of
 * `killing` ends another session of the same application, one of `cancelling` cancels what it runs, and `sessions` are
 * those that are still at work.
 */
export const objects = `
  create view numbers as select i as id, 'x' || i as payload from generate_series(1, ${MOST_ROWS}) i;
  create view stalling as
    select i as id, case when i > ${GOOD_ROWS} then 'x' || pg_sleep(60)::text else 'x' || i end as payload
    from generate_series(1, ${MOST_ROWS}) i;
  create view failing as
    select i as id, 'x' || (i + 0 / (${GOOD_ROWS + 1} - i)) as payload from generate_series(1, ${MOST_ROWS}) i;
  create table items (id int primary key, payload text not null);
  create table ledger (id int primary key, payload text not null);
  insert into ledger values (-1, '');
  create table rooms (id int primary key, name text not null);
  create table shelves (id int primary key, room_id int not null references rooms, name text not null);
  create table books (id int primary key, shelf_id int not null references shelves, title text not null);
  create index on books (shelf_id);
  insert into rooms select i, 'room ' || i from generate_series(1, ${ROOMS}) i;
  insert into shelves select i, 1 + i % ${ROOMS}, 'shelf ' || i from generate_series(1, ${SHELVES}) i;
  insert into books select i, 1 + (i - 1) % ${SHELVES}, 'book ' || i from generate_series(1, ${BOOKS}) i;
  create view others as select pid, state from pg_stat_activity
    where datname = current_database() and application_name = current_setting('application_name')
    and pid <> pg_backend_pid();
  create view killing as select pid as id, pg_terminate_backend(pid)::text as payload
    from (select pid from others order by random() limit 1) victim;
  create view cancelling as select pid as id, pg_cancel_backend(pid)::text as payload
    from (select pid from others order by random() limit 1) victim;
  create view sessions as select pid as id, state as payload from others where state <> 'idle';
  analyze;
`

export interface NumberRow {
  id: number
  payload: string
}
interface Room {
  id: number
  name: string
}
interface Shelf {
  id: number
  roomId: number
  name: string
}
interface Book {
  id: number
  shelfId: number
  title: string
}

interface TableModel<Row extends object> extends Model {
  readonly name: string
  readonly row: Row
  readonly key: never
  readonly filter: { readonly id?: ComparableCondition<number> }
  readonly columns: Row
}
interface ShelfModel extends TableModel<Shelf> {
  readonly relations: { readonly room: ToOne<TableModel<Room>, false>; readonly books: ToMany<BookModel> }
}
interface BookModel extends TableModel<Book> {
  readonly relations: { readonly shelf: ToOne<ShelfModel, false> }
}

/** Free-hand Kysely's view of what is read by it. */
export interface StressTables {
  numbers: NumberRow
  stalling: NumberRow
  failing: NumberRow
  items: NumberRow
  ledger: NumberRow
}

const keyed = (
  name: string,
  columns: Readonly<Record<string, string>>,
  relations: readonly RelationSchema[] = [],
): TableSchema => tableSchema(name, columns, { primaryKey: ['id'], relations })
const one = { kind: 'one', targetColumns: ['id'] } as const
const rooms = keyed('rooms', { id: 'int4', name: 'text' })
const shelves = keyed('shelves', { id: 'int4', roomId: 'int4', name: 'text' }, [
  { ...one, name: 'room', nullable: false, target: 'public.rooms', columns: ['roomId'] },
  {
    ...{ name: 'books', kind: 'many', nullable: false, target: 'public.books' },
    ...{ columns: ['id'], targetColumns: ['shelfId'] },
  },
])
const books = keyed('books', { id: 'int4', shelfId: 'int4', title: 'text' }, [
  { ...one, name: 'shelf', nullable: false, target: 'public.shelves', columns: ['shelfId'] },
])
const schemas = new SchemaRegistry([rooms, shelves, books])

export class Shelves extends Repository<ShelfModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, shelves, schemas)
  }
}
export class Books extends Repository<BookModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, books, schemas)
  }
}
/** Any of the views of numbers. */
export class Numbered extends Repository<TableModel<NumberRow>> {
  constructor(kysely: KyselyHandle, name: string) {
    super(kysely, tableSchema(name, { id: 'int4', payload: 'text' }, { kind: 'view' }))
  }
}

import { Repository, SchemaRegistry, type KyselyHandle, type Model, type ToMany } from 'sluice'
import { tableSchema } from '../support/table-schema.js'

export interface EventRow {
  readonly id: bigint
  readonly kind: string
  readonly at: Date
  readonly payload: unknown
}

export interface NoteRow {
  readonly eventId: bigint
  readonly nth: number
  readonly text: string
}

interface NoteModel extends Model {
  readonly name: 'notes'
  readonly row: NoteRow
  readonly key: 'eventId' | 'nth'
  readonly filter: Readonly<Record<string, unknown>>
  readonly insert: NoteRow
  readonly update: Partial<NoteRow>
  readonly columns: NoteRow
}

interface EventModel extends Model {
  readonly name: 'events'
  readonly row: EventRow
  readonly key: 'id'
  readonly filter: Readonly<Record<string, unknown>>
  readonly insert: EventRow
  readonly update: Partial<EventRow>
  readonly columns: EventRow
  readonly relations: { readonly notes: ToMany<NoteModel> }
}

const kind = 'partitioned table'
const notes = tableSchema(
  'notes',
  { eventId: 'int8', nth: 'int4', text: 'text' },
  { kind, primaryKey: ['eventId', 'nth'] },
)
const events = tableSchema(
  'events',
  { id: 'int8', kind: 'text', at: 'timestamptz', payload: 'jsonb' },
  {
    kind,
    primaryKey: ['id'],
    relations: [
      {
        ...{ name: 'notes', kind: 'many', nullable: false, target: 'public.notes' },
        ...{ columns: ['id'], targetColumns: ['eventId'] },
      },
    ],
  },
)
const schemas = new SchemaRegistry([events, notes])

export class Events extends Repository<EventModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, events, schemas)
  }
}

export class Notes extends Repository<NoteModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, notes, schemas)
  }
}

/** Columns of both tables as they are made, wherever their rows are. */
export const EVENT_COLUMNS = 'id int8 not null, kind text not null, at timestamptz not null, payload jsonb'
export const NOTE_COLUMNS = 'event_id int8 not null, nth int4 not null, text text not null'

const KINDS = ['click', 'view', 'buy']
const start = Date.UTC(2024, 0, 1)

export function* eventRows(count: number): Generator<EventRow> {
  for (let n = 0; n < count; n++) {
    yield {
      id: BigInt(n),
      kind: KINDS[n % 3] ?? '',
      at: new Date(start + n * 60_000),
      payload: n % 5 === 0 ? null : { n, of: ['é', n] },
    }
  }
}

/** Two of every third event. */
export function* noteRows(count: number): Generator<NoteRow> {
  for (let n = 0; n < count; n += 3)
    for (const nth of [1, 2]) yield { eventId: BigInt(n), nth, text: `note ${nth} of ${n}` }
}

/** From the first on, each once. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
export const idsOf = (rows: readonly { readonly id: bigint }[]): number[] => rows.map(({ id }) => Number(id))
export const sorted = (lists: readonly number[][]): number[] => lists.flat().sort((a, b) => a - b)

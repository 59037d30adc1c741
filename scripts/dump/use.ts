import { isDeepStrictEqual } from 'node:util'
import { Client, type QueryResult } from 'pg'
import { connect, type ColumnSchema, type Database, type KyselyHandle } from 'sluice'
import { quotedName } from './quoted-name.js'
import { lookupKind } from '../../src/types/lookup-kind.js'
import type { AnyRepository } from '../../test/codegen/any-repository.js'
import { labelOf } from '../../test/codegen/any-repository.js'
import { differenceFrom } from './server-text.js'

type Row = Record<string, unknown>

/** What using a database came to. */
export interface Used {
  readonly tables: number
  readonly withoutRows: number
  readonly rowsCompared: number
  readonly valuesCompared: number
  readonly queries: number
  readonly relations: number
  readonly written: number
  readonly problems: readonly string[]
}

/** Of a table, at most so many rows are read. */
const MOST = 200
/** `iterator()` starts a worker for each loop. */
const SYNC = 3

/** Uses every repository in every way, and compares what it reads with what the server prints. */
export class Use {
  readonly #problems: string[] = []
  #tables = 0
  #withoutRows = 0
  #rows = 0
  #values = 0
  #queries = 0
  #relations = 0
  #written = 0
  #synced = 0

  private constructor(
    private readonly repositories: (kysely: KyselyHandle) => Readonly<Record<string, AnyRepository>>,
    private readonly db: Database<object>,
    /** Neither triggers nor keys are in the way of what it writes. */
    private readonly writer: Database<object>,
    private readonly plain: Client,
  ) {}

  static async of(
    repositories: (kysely: KyselyHandle) => Readonly<Record<string, AnyRepository>>,
    url: string,
  ): Promise<Used> {
    const plain = new Client({
      connectionString: url,
      types: { getTypeParser: () => (text: string) => text },
    })
    await plain.connect()
    await plain.query("SET timezone = 'UTC'; SET intervalstyle = 'iso_8601'; SET extra_float_digits = 1")
    const db = connect<object>({ connectionString: url })
    const writer = connect<object>({ connectionString: url, options: '-c session_replication_role=replica' })
    try {
      return await new Use(repositories, db, writer, plain).#all()
    } finally {
      await db.close()
      await writer.close()
      await plain.end()
    }
  }

  async #all(): Promise<Used> {
    const all = Object.entries(this.repositories(this.db))
    for (const [property, repository] of all) {
      this.#tables++
      await this.#try(labelOf(repository), 'use', () => this.#one(property, repository))
    }
    return {
      ...{ tables: this.#tables, withoutRows: this.#withoutRows, rowsCompared: this.#rows },
      ...{ valuesCompared: this.#values, queries: this.#queries, relations: this.#relations },
      ...{ written: this.#written, problems: this.#problems },
    }
  }

  async #one(property: string, repository: AnyRepository): Promise<void> {
    const name = labelOf(repository)
    const truth = await this.plain
      .query<Row>(`SELECT * FROM ${quotedName(repository.schema)} LIMIT ${String(MOST)}`)
      .catch((error: unknown) => String(error))
    const counted = await this.#try(name, 'count', () => repository.count(), typeof truth === 'string')
    if (typeof truth === 'string') return
    const total = await this.plain.query<{ n: string }>(
      `SELECT count(*) AS n FROM ${quotedName(repository.schema)}`,
    )
    if (counted !== undefined && String(counted) !== total.rows[0]?.n)
      this.#tell(name, 'count', String(counted))
    const ordered = repository.orderBy(...keyOf(repository)).slice(0, MOST)
    const rows = await this.#try(name, 'toArray', () => ordered.toArray() as Promise<Row[]>)
    if (rows === undefined) return
    const again = await this.plain.query<Row>(
      `SELECT * FROM ${quotedName(repository.schema)} LIMIT ${String(MOST)}`,
    )
    // As views on what the server does at the moment.
    if (!isDeepStrictEqual(again.rows, truth.rows)) return
    if (rows.length === 0) this.#withoutRows++
    this.#compare(repository, rows, truth, Number(total.rows[0]?.n))
    await this.#read(repository, ordered, rows)
    for (const column of repository.schema.columns) await this.#column(repository, column, rows)
    await this.#relate(repository, rows)
    if (!repository.schema.kind.endsWith('view')) await this.#write(property, repository, rows)
  }

  /** Rows are found again by their text, whatever their order is. */
  #compare({ schema }: AnyRepository, rows: readonly Row[], truth: QueryResult<Row>, total: number): void {
    const name = labelOf({ schema } as AnyRepository)
    const { primaryKey, columns } = schema
    if (total > MOST) return
    if (rows.length !== truth.rows.length) this.#tell(name, 'rows', `${rows.length} for ${truth.rows.length}`)
    const keys = columns.filter(({ property }) => primaryKey.includes(property))
    if (keys.length === 0 && rows.length > 1) return
    for (const row of rows) {
      const text = truth.rows.find((each) =>
        keys.every((column) => differenceFrom(each[column.name], row[column.property], column) === true),
      )
      if (text === undefined) {
        if (keys.every((column) => TEXT_KEYS.test(JSON.stringify(column.type))))
          this.#tell(name, 'key', 'a row is not there')
        continue
      }
      this.#rows++
      for (const column of columns) {
        const isSame = differenceFrom(text[column.name], row[column.property], column)
        if (isSame !== undefined) this.#values++
        if (isSame === false)
          this.#tell(name, column.property, `${JSON.stringify(text[column.name])} is another value`)
      }
    }
  }

  async #read(repository: AnyRepository, ordered: Readable, rows: readonly Row[]): Promise<void> {
    const name = labelOf(repository)
    const streamed = await this.#try(name, 'aiterator', async () => {
      const batches: Row[][] = []
      for await (const batch of ordered.aiterator({ batchYieldSize: 7 })) batches.push(batch)
      return batches
    })
    if (streamed !== undefined) {
      this.#same(name, 'aiterator', streamed.flat(), rows)
      if (streamed.slice(0, -1).some(({ length }) => length !== 7))
        this.#tell(name, 'aiterator', 'an odd batch')
    }
    if (rows.length > 0 && this.#synced++ < SYNC) {
      const read = await this.#try(name, 'iterator', () => Promise.resolve([...ordered.iterator()]))
      if (read !== undefined) this.#same(name, 'iterator', read, rows)
    }
    const values = await this.#try(name, 'values', () =>
      (ordered as unknown as { values(...names: string[]): Readable })
        .values(...repository.schema.columns.map(({ property }) => property))
        .toArray(),
    )
    if (values !== undefined) this.#same(name, 'values', values, rows)
  }

  async #column(
    repository: AnyRepository,
    { property, type }: ColumnSchema,
    rows: readonly Row[],
  ): Promise<void> {
    const label = `${labelOf(repository)}.${property}`
    const kind = lookupKind(type)
    const row = rows.find((each) => each[property] !== null)
    const empty = rows.find((each) => each[property] === null)
    const finds = async (how: string, condition: unknown, wanted: Row): Promise<void> => {
      const found = await this.#try(label, how, () =>
        repository
          .filter({ [property]: condition })
          .slice(0, 2 * MOST)
          .toArray(),
      )
      if (found === undefined || found.length === 2 * MOST) return
      if (!found.some((each) => isDeepStrictEqual(each, wanted)))
        this.#tell(label, how, 'the row is not found')
    }
    if (empty !== undefined) await finds('isNull', { isNull: true }, empty)
    if (row !== undefined) await finds('isNull: false', { isNull: false }, row)
    if (row !== undefined && kind !== 'null' && !(row[property] instanceof Date)) {
      await finds('exact', { exact: row[property] }, row)
      if (typeof row[property] !== 'object') await finds('a value', row[property], row)
      await finds('in', { in: [row[property]] }, row)
    }
    const time = row?.[property]
    // A Date has milliseconds, and the server microseconds.
    if (row !== undefined && time instanceof Date)
      await finds('range', { gte: time, lt: new Date(time.getTime() + 1) }, row)
    if (['null', 'equality', 'unorderedArray'].includes(kind)) return
    for (const order of [property, `-${property}`]) {
      const read = await this.#try(label, `orderBy ${order}`, () =>
        repository.orderBy(order).slice(0, MOST).toArray(),
      )
      if (read !== undefined && read.length !== rows.length)
        this.#tell(label, 'orderBy', `${read.length} rows`)
    }
  }

  async #relate(repository: AnyRepository, rows: readonly Row[]): Promise<void> {
    const name = labelOf(repository)
    const relations = repository.schema.relations ?? []
    const related = repository as unknown as Related
    const order = keyOf(repository)
    const fetched = new Map<string, readonly unknown[]>()
    for (const relation of relations) {
      this.#relations++
      const read = await this.#try(name, `prefetchRelated ${relation.name}`, () =>
        related
          .prefetchRelated(relation.name)
          .orderBy(...order)
          .slice(0, MOST)
          .toArray(),
      )
      if (read === undefined) continue
      if (read.length !== rows.length)
        this.#tell(name, `prefetchRelated ${relation.name}`, `${read.length} rows`)
      fetched.set(
        relation.name,
        read.map((row) => row[relation.name]),
      )
    }
    for (const relation of relations.filter(({ kind }) => kind === 'one')) {
      const read = await this.#try(name, `selectRelated ${relation.name}`, () =>
        related
          .selectRelated(relation.name)
          .orderBy(...order)
          .slice(0, MOST)
          .toArray(),
      )
      const joined = read?.map((row) => row[relation.name])
      if (joined !== undefined && fetched.has(relation.name)) {
        this.#same(name, `selectRelated ${relation.name}`, joined, fetched.get(relation.name) ?? [])
      }
    }
  }

  /** Changes a row to what it is, takes it away and puts it there again, and leaves it as it was. */
  async #write(property: string, repository: AnyRepository, [row]: readonly Row[]): Promise<void> {
    const { columns, primaryKey } = repository.schema
    const name = labelOf(repository)
    const isGiven = columns.every(
      ({ property: each, generated }) => generated === undefined || !primaryKey.includes(each),
    )
    if (row === undefined || primaryKey.length === 0 || !isGiven) return
    const condition = Object.fromEntries(primaryKey.map((key) => [key, { exact: row[key] }]))
    const given = Object.fromEntries(
      columns
        .filter(({ generated }) => generated === undefined)
        .map((column) => [column.property, row[column.property]]),
    )
    await this.#try(name, 'write', async () => {
      await this.writer.transaction().execute(async (trx) => {
        const inside = this.repositories(trx)[property]
        if (inside === undefined) throw new Error('no repository')
        const changed = Object.fromEntries(Object.entries(given).filter(([key]) => !primaryKey.includes(key)))
        if (Object.keys(changed).length > 0) {
          const count = await inside.filter(condition).update(changed)
          if (count !== 1) this.#tell(name, 'update', `${String(count)} rows`)
          this.#same(name, 'update', [await inside.get(condition)], [row])
        }
        await inside.filter(condition).delete()
        if (await inside.filter(condition).exists()) this.#tell(name, 'delete', 'the row is still there')
        this.#same(name, 'create', [await inside.create(given)], [row])
        this.#same(name, 'get', [await inside.get(condition)], [row])
        this.#written++
        throw new RolledBack()
      })
    })
  }

  #same(name: string, how: string, found: readonly unknown[], wanted: readonly unknown[]): void {
    if (!isDeepStrictEqual(found, wanted)) this.#tell(name, how, 'other rows')
  }

  #tell(name: string, how: string, problem: string): void {
    this.#problems.push(`${name}: ${how}: ${problem}`)
  }

  /** @param isExpected - the server refuses the same of everybody. */
  async #try<T>(
    name: string,
    how: string,
    run: () => Promise<T>,
    isExpected = false,
  ): Promise<T | undefined> {
    this.#queries++
    try {
      return await run()
    } catch (error) {
      if (!isExpected && !(error instanceof RolledBack))
        this.#tell(
          name,
          how,
          (error instanceof Error ? error.message : String(error)).split('\n', 2).join(' '),
        )
      return undefined
    }
  }
}

/** Types of keys that the server prints as they are read. */
const TEXT_KEYS = /"(?:int[248]|text|varchar|uuid)"/

class RolledBack extends Error {}

type Readable = Pick<AnyRepository, 'toArray' | 'aiterator' | 'iterator'>

/** Names are checked by type only where they are known. */
interface Related {
  prefetchRelated(...names: string[]): AnyRepository
  selectRelated(...names: string[]): AnyRepository
}

function keyOf({ schema }: AnyRepository): string[] {
  if (schema.primaryKey.length > 0) return [...schema.primaryKey]
  return schema.columns
    .filter(({ type }) => !['null', 'equality', 'unorderedArray'].includes(lookupKind(type)))
    .map(({ property }) => property)
}

import { fileURLToPath } from 'node:url'
import type { QuerySet } from 'sluice'
import {
  connect,
  count,
  functionsOf,
  SchemaRegistry,
  withLimits,
  type Database,
  type Model,
  type SchemaMap,
} from 'sluice'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkConfig } from '../../codegen/config/check-config.js'
import { emit } from '../../codegen/emit/emit.js'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { selectFunctions, type FunctionSettings } from '../../codegen/model/select-functions.js'
import { selectTables } from '../../codegen/model/select-tables.js'
import type { ModelSettings } from '../../codegen/model/settings.js'
import { runSqlFile } from '../../codegen/sql-script/index.js'
import { aggregatesPlan, rowsPlan } from '../../src/plan/reads.js'
import { aggregate } from '../../src/query/aggregate/aggregate.js'
import { annotate } from '../../src/query/aggregate/annotate.js'
import { calledState, callOf } from '../../src/query/call.js'
import { callsVolatile } from '../../src/query/calls-volatile.js'
import { combine } from '../../src/query/combine.js'
import { filter } from '../../src/query/filter/filter.js'
import { SUBQUERY } from '../../src/query/filter/subquery.js'
import { initialState, type QueryState } from '../../src/query/state.js'
import { subqueryOf } from '../../src/sql/select/subquery.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { tablesIn, typeErrors } from './support.js'

/** As the generator types them, but for rows. */
interface AnyRow extends Model {
  readonly row: Record<string, unknown>
}
type Rows = QuerySet<AnyRow, object>
type Called = Readonly<Record<string, (args?: unknown) => Promise<unknown> & Rows>>
type Functions = Called & { readonly withSchema: (schemas: SchemaMap) => Called }

let database: TestDatabase
let catalog: Catalog
let files: ReadonlyMap<string, string>
let db: Database<object>
let fn: Functions

beforeAll(async () => {
  database = await createTestDatabase()
  await runSqlFile(database.url, fileURLToPath(new URL('functions.sql', import.meta.url)))
  catalog = await introspect(database.url, { functions: true })
  files = filesOf(true)
  db = connect({ connectionString: database.url })
  fn = functionsOf<Functions>(db, tablesIn(files.get('schema.ts')))
})

afterAll(async () => {
  await db.close()
  await database.drop()
})

function modelOf(functions: FunctionSettings, settings: ModelSettings = {}) {
  return buildModel(selectTables(selectFunctions(catalog, { functions }), {}), settings)
}

function filesOf(functions: FunctionSettings, followSearchPath = false): ReadonlyMap<string, string> {
  const emitted = emit(modelOf(functions), { followSearchPath })
  return new Map(emitted.map(({ name, text }) => [name, text]))
}

/** Uses that compile, and some that do not. */
const USES = `
import { functions, type Functions, type Product } from './index.js'
export async function uses(fn: Functions) {
  const found: Product[] = await fn.searchProducts({ q: 'red', atLeast: 'live' }).filter({ name: { contains: 'p' } }).toArray()
  const withMaker: string | undefined = (await fn.products().selectRelated('maker').first())?.maker?.name
  const value: string | null | undefined = (await fn.allNames().orderBy('-value').first())?.value
  const sum: number | null = await fn.add({ arg1: 1 })
  const { half }: { half: string | null } = await fn.split({ total: 3 })
  const nothing: void = await fn.forgetNotes()
  // @ts-expect-error a parameter without a default
  fn.searchProducts({})
  // @ts-expect-error a STRICT function has no use for NULL
  void fn.add({ arg1: null })
  // @ts-expect-error it may be NULL
  const row: { amount: string } = await fn.priceOf({ product: 1 })
  return { found, withMaker, value, sum, half, nothing, row, functions }
}`

describe('functions()', () => {
  it('has a type for what each takes and gives, which a strict compiler takes', () => {
    expect(typeErrors(new Map([...files, ['uses.ts', USES]]))).toEqual([])
  })

  it("gives querysets of a table's rows, which filter, order, slice, join, prefetch and stream", async () => {
    const found = fn.searchProducts!({ q: 'red' })
    expect(found.toSQL().sql).toContain(
      'from "public"."search_products"("q" => cast($1 as "pg_catalog"."text")) as "products"',
    )
    const names = (queryset: Rows) => queryset.values('name').toArray()
    expect(await names(found.orderBy('-id'))).toEqual([{ name: 'red cup' }, { name: 'red pen' }])
    expect(await names(found.filter({ status: 'live' }))).toEqual([{ name: 'red pen' }])
    expect(await names(fn.searchProducts!({ q: 'pen', atLeast: 'live' }).orderBy('id').slice(1, 2))).toEqual([
      { name: 'blue pen' },
    ])
    expect(await found.count()).toBe(2)
    expect(await found.filter({ maker: { name: 'Ada' } }).exists()).toBe(true)
    expect(await found.selectRelated('maker' as never).first()).toMatchObject({
      id: 1,
      maker: { name: 'Ada' },
    })
    const makers = fn.products!().prefetchRelated('maker' as never)
    const streamed: object[] = []
    for await (const row of makers.aiterator({ chunkSize: 2 })) streamed.push(row)
    expect(streamed).toHaveLength(3)
    expect(streamed[0]).toMatchObject({ maker: { name: 'Ada' } })
    const sync: unknown[] = []
    for (const row of found.orderBy('id').iterator()) sync.push(row)
    expect(sync).toMatchObject([{ id: 1 }, { id: 3 }])
    expect(await found.union(fn.searchProducts!({ q: 'blue' })).toArray()).toHaveLength(3)
  })

  it('gives rows of their own, and values', async () => {
    expect(await fn.productStats!({ pMaker: 1 }).orderBy('-size', 'name').toArray()).toEqual([
      { name: 'red cup', size: 7, productCount: 2n },
      { name: 'red pen', size: 7, productCount: 2n },
    ])
    expect(
      await fn.allNames!()
        .filter({ value: { startsWith: 'b' } })
        .toArray(),
    ).toEqual([{ value: 'blue pen' }])
    expect(await fn.oneColumn!().toArray()).toEqual([{ total: 7n }])
    expect(await fn.makerOf!({ product: 2 })).toEqual({ id: 2, name: 'Bob' })
    expect(await fn.makerOf!({ product: 9 })).toBeNull()
    expect(await fn.priceOf!({ product: 1 })).toEqual({ amount: '12.50', currency: 'EUR' })
    expect(await fn.split!({ total: '3' })).toMatchObject({ half: expect.stringMatching(/^1\.5/) as string })
    expect(await fn.cost!({ p: { amount: '3', currency: null } })).toBe('3')
  })

  it('takes arguments by name or place, defaults left out, arrays for VARIADIC, and the overload that is meant', async () => {
    expect(await fn.add!({ arg1: 1 })).toBe(11)
    expect(await fn.add!({ arg1: 1, arg2: 2 })).toBe(3)
    expect(await fn.joinAll!({ separator: '-', parts: ['a', 'b'] })).toBe('a-b')
    expect(await fn.joinAll!({ separator: '-', parts: [] })).toBe('')
    expect(await fn.findById!({ id: 1 })).toBe('int 1')
    expect(await fn.findByText!({ id: '1' })).toBe('text 1')
    expect(await fn.findByIdAndDeep!({ id: 1, deep: true })).toBe('deep 1')
    expect(await fn.searchProducts!({ q: "'; drop table products --" }).toArray()).toEqual([])
  })

  it('says which argument is wrong, without its value', async () => {
    const call = async (args?: unknown) => await fn.searchProducts!(args).toArray()
    await expect(call()).rejects.toThrow('public.search_products() needs its parameter "q".')
    await expect(call({ q: 'a', p: 1 })).rejects.toThrow('has no parameter "p". Choices: q, atLeast.')
    await expect(call({ q: undefined })).rejects.toThrow('is undefined')
    await expect(call({ q: 1234567 })).rejects.toThrow(
      /^The argument "q" of public\.search_products\(\): (?!.*1234567)/,
    )
    await expect(call('a')).rejects.toThrow('takes its arguments as one object')
  })

  it('calls what writes: once, refused in a READ ONLY stream, with the errors of a write', async () => {
    await fn.note!({ arg1: 'one' })
    await expect(fn.note!({ arg1: 'one' })).rejects.toMatchObject({ name: 'UniqueViolation' })
    const add = () => fn.addNotes!({ notes: ['two', 'three'] })
    await expect(add().aiterator().next()).rejects.toThrow('{ readOnly: false }')
    const added: object[] = []
    for await (const row of add().aiterator({ readOnly: false })) added.push(row)
    expect(added).toMatchObject([{ note: 'two' }, { note: 'three' }])
    expect(() => add().selectForUpdate()).toThrow('cannot lock what the function public.add_notes gives')
    await expect(add().all().delete()).rejects.toThrow('repository of public.audit')
    expect(await fn.forgetNotes!()).toBeUndefined()
    expect(await add().toArray()).toHaveLength(2)
  })

  it('knows wherever in a query a volatile function is called, which is not tried again', () => {
    const schemas = tablesIn(files.get('schema.ts'))
    const stateOf = (name: string, args?: object) =>
      calledState(callOf(schemas.function(name), args), schemas)
    const [stable, volatile] = [stateOf('products'), stateOf('addNotes', { notes: [] })]
    const among = (state: QueryState) =>
      filter(initialState(schemas.table('public.audit'), schemas), [
        { id: { in: { [SUBQUERY]: () => subqueryOf(state) } } },
      ])
    expect([volatile, combine(volatile, [], 'union'), among(volatile)].map(callsVolatile)).toEqual([
      true,
      true,
      true,
    ])
    expect([stable, among(stateOf('oneColumn'))].map(callsVolatile)).toEqual([false, false])
    const counted = (state: QueryState) => {
      const rows = { in: { [SUBQUERY]: () => subqueryOf(state) } }
      const makers = initialState(schemas.table('public.makers'), schemas)
      return annotate(makers, { n: count('products', { filter: { id: rows } } as never) })
    }
    const aggregated = (state: QueryState) =>
      aggregatesPlan(aggregate(counted(state), { n: count() })).mayWrite
    expect([volatile, stateOf('oneColumn')].map((state) => callsVolatile(counted(state)))).toEqual([
      true,
      false,
    ])
    expect([volatile, stateOf('oneColumn')].map(aggregated)).toEqual([true, false])
    expect(rowsPlan(volatile).mayWrite).toBe(true)
  })

  it('does not try a volatile function again where it may have written, in whatever way it is read', async () => {
    await using again = connect({ connectionString: database.url, retry: { attempts: 3, delayMs: 1 } })
    const { endSession } = functionsOf<Functions>(again, tablesIn(files.get('schema.ts')))
    const ways: readonly ((rows: Rows) => Promise<unknown>)[] = [
      (rows) => rows.toArray(),
      (rows) => rows.count(),
      async (rows) => {
        for await (const _ of rows.aiterator());
      },
      (rows) => Promise.resolve().then(() => [...rows.iterator()]),
    ]
    for (const way of ways)
      await expect(way(endSession!())).rejects.toMatchObject({ name: 'QueryError', attempts: 1 })
  })

  it('calls them off by the signal of their handle, whatever they give', async () => {
    const observer = new pg.Client({ connectionString: database.url })
    await observer.connect()
    await observer.query('begin; lock table makers, products, audit in access exclusive mode')
    const controller = new AbortController()
    const handle = withLimits(db, { signal: controller.signal })
    const called = functionsOf<Functions>(handle, tablesIn(files.get('schema.ts')))
    const calls = [
      called.makerOf!({ product: 2 }),
      called.note!({ arg1: 'never' }),
      called.renameMaker!({ maker: 2, name: 'Never' }),
      called.forgetNotes!(),
      called.searchProducts!({ q: '', atLeast: 'live' }).toArray(),
    ]
    const ended = Promise.allSettled(calls)
    const waiting = `select from pg_locks where not granted and locktype = 'relation'`
    await vi.waitFor(async () => expect((await observer.query(waiting)).rowCount).toBe(calls.length))
    controller.abort('enough')
    expect(await ended).toEqual(calls.map(() => ({ status: 'rejected', reason: 'enough' })))
    expect((await observer.query(waiting)).rowCount).toBe(0)
    await observer.end()
  })

  it('calls procedures, which may commit, and gives what they put out', async () => {
    expect(await fn.renameMaker!({ maker: 2, name: 'Bea' })).toEqual({ name: 'Bea', before: 'Bob' })
    expect(await fn.makerOf!({ product: 2 })).toEqual({ id: 2, name: 'Bea' })
  })

  it('looks for functions where withSchema and the search_path say', async () => {
    const other = fn.withSchema({ public: 'tenant', api: 'tenant_api' })
    expect(other.searchProducts!({ q: '', atLeast: 'live' }).toSQL().sql).toContain(
      '"tenant"."search_products"("q" => cast($1 as "pg_catalog"."text"), "at_least" => cast($2 as "tenant"."status"))',
    )
    await expect(other.findById!({ id: 1 })).rejects.toThrow('"tenant_api"')
    const following = functionsOf<Functions>(db, tablesIn(filesOf(true, true).get('schema.ts')))
    expect(following.products!().toSQL().sql).toContain('from "products"() as "products"')
    expect(await following.findById!({ id: 1 })).toBe('int 1')
  })
})

describe('the functions that are generated', () => {
  it('are none by default, and nothing else is then different', async () => {
    const without = buildModel(await introspect(database.url))
    expect(without.functions).toEqual([])
    expect(emit(without).map(({ name }) => name)).not.toContain('functions.ts')
  })

  it('are those of the names and globs given', () => {
    const names = (functions: FunctionSettings) =>
      modelOf(functions).functions.map(({ names }) => names.property)
    expect(names(['search_*', 'api.*'])).toEqual([
      'findById',
      'findByIdAndDeep',
      'findByText',
      'searchProducts',
    ])
    expect(names({ include: ['add*'], exclude: ['add_notes'] })).toEqual(['add'])
    expect(modelOf(['add']).composites).toEqual([])
    expect(() => names(['public.serach_products'])).toThrow('matches no function or procedure. Did you mean')
    expect(() => checkConfig({ functions: 'all' })).toThrow(
      'functions has to be true, false, or names and globs',
    )
    expect(() => checkConfig({ functions: { only: ['a'] } })).toThrow('functions.only is not known')
  })

  it('are without what has no types of its own, which the summary names', () => {
    expect(modelOf(true).skipped).toMatchObject([
      { name: 'anything', types: 'anyelement', reason: expect.stringContaining('anyelement') as string },
      { name: 'rows_of_anything', types: '' },
    ])
    expect([...files.values()].join()).not.toMatch(/\btouch\b|\bspan\b/)
  })

  it('have the names that the user gives, and say which they have otherwise', () => {
    const model = modelOf(['api.*'], { names: { functions: { 'api.find(text)': 'find' } } })
    expect(model.functions.map(({ names }) => names.property)).toEqual([
      'findById',
      'findByIdAndDeep',
      'find',
    ])
    expect(model.renamed.map(({ from, to }) => [from, to])).toEqual([
      ['api.find(integer)', 'findById'],
      ['api.find(integer, boolean)', 'findByIdAndDeep'],
    ])
    expect(() => modelOf(true, { names: { functions: { 'api.find(txt)': 'find' } } })).toThrow('Did you mean')
  })
})

it('is made of what a generator without functions has packed', () => {
  expect(functionsOf(db, new SchemaRegistry({ version: 1, types: [], tables: [] }))).toEqual({})
})

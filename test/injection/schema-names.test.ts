import { escapeIdentifier, escapeLiteral } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, FieldError, max, sum } from 'sluice'
import { selectTables } from '../../codegen/model/select-tables.js'
import { CodegenError } from '../../codegen/errors.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { hostileNames, hostileStrings, unstorableStrings } from './corpus.js'
import { call, openTarget, run, type AnyRepository, type Target } from './target.js'

const wide = hostileNames.map((name) => `, ${escapeIdentifier(name)} text collate "C"`).join('')
const named = hostileNames.filter((name) => name !== 'canary')

/** One table with all the names as columns, and a table of each name with a column of that name. */
const tables = `
  create table "wide table" ("the key" integer primary key ${wide});
  do $do$ declare name text; begin
    foreach name in array array[${named.map(escapeLiteral).join(', ')}] loop
      execute format('create table %I ("the key" integer primary key, %I text)', name, name);
    end loop;
  end $do$;`

let target: Target
let before: unknown
let repository: AnyRepository
/** Properties of the columns, which are their names wherever these can be properties. */
let properties: string[]
beforeAll(async () => {
  target = await openTarget(tables)
  before = await target.census()
  repository = target.repository('wide table')
  properties = repository.schema.columns.map(({ property }) => property).filter((name) => name !== 'the key')
})
afterAll(async () => {
  expect(await target.census()).toEqual(before)
  await target[Symbol.asyncDispose]()
})

describe('a name that the schema has works, whatever it is', () => {
  it('as a column, wherever a field is named', async () => {
    const value = (name: string): string => `${name}'`
    const row = (key: number) => ({
      'the key': key,
      ...Object.fromEntries(properties.map((name) => [name, value(name)])),
    })
    expect(await repository.create(row(1))).toStrictEqual(row(1))
    expect(await repository.bulkCreate([row(2)])).toStrictEqual([row(2)])
    expect(await repository.bulkUpdate([row(2)], properties)).toBe(1)
    expect([...repository.orderBy('the key').iterator()]).toStrictEqual([row(1), row(2)])
    expect(await run(repository.orderBy('the key').toKysely(), 'execute')).toStrictEqual([row(1), row(2)])
    // Those that a path or an order could take for more than a name, and a third of the others.
    for (const name of properties.filter((each, index) => index % 3 === 0 || /[-.*]/.test(each))) {
      const found = repository
        .filter({ [name]: value(name) })
        .orderBy(name, '-the key')
        .distinct(name)
      expect(await found.values(name).toArray()).toStrictEqual([Object.fromEntries([[name, value(name)]])])
      expect(await repository.filter({ [name]: value(name) }).update({ [name]: 'x' })).toBe(2)
      const most = await run(repository, 'aggregate', { most: max(name) })
      expect(most).toStrictEqual({ most: 'x' })
    }
  })

  it('as a table', async () => {
    for (const name of named) {
      const table = target.repository(name)
      const [column] = table.schema.columns
        .map(({ property }) => property)
        .filter((each) => each !== 'the key')
      const row = Object.fromEntries<unknown>([
        ['the key', 1],
        [String(column), name],
      ])
      expect(await table.create(row)).toStrictEqual(row)
      expect(await table.filter({ [String(column)]: name }).update({ [String(column)]: 'x' })).toBe(1)
      expect(await table.filter({ 'the key': 1 }).delete()).toBe(1)
    }
  })
})

describe('an alias is taken as it is, or refused', () => {
  const isFit = (name: string): boolean =>
    hostileNames.includes(name) && !name.startsWith('-') && !['and', 'or', 'not'].includes(name)
  const aliases = [...hostileStrings, ...unstorableStrings]
  const alone = (): AnyRepository => target.repository('%').all() as AnyRepository
  beforeAll(() => target.sql('insert into "%" values (1, $1), (2, $1)', ['a']))

  it('of annotate and aggregate', async () => {
    for (const alias of aliases) {
      const aggregates = Object.fromEntries([[alias, count()]])
      if (!isFit(alias)) {
        expect(() => call(call(alone(), 'values', '%'), 'annotate', aggregates)).toThrow(FieldError)
        await expect(run(alone(), 'aggregate', aggregates)).rejects.toThrow(FieldError)
        continue
      }
      const two = Object.fromEntries([[alias, 2]])
      expect(await run(alone(), 'aggregate', aggregates)).toStrictEqual(two)
      if (alias === '%' || alias === 'the key') continue
      const groups = call(call(alone(), 'values', '%'), 'annotate', aggregates)
      const row = Object.fromEntries<unknown>([
        ['%', 'a'],
        [alias, 2],
      ])
      const found = call(groups, 'filter', Object.fromEntries([[alias, { gte: 2 }]]))
      const ordered = call(found, 'orderBy', `-${alias}`, alias)
      expect(await ordered.toArray()).toStrictEqual([row])
      expect(await run(ordered.slice(0, 1), 'aggregate', { total: sum(alias) })).toStrictEqual({ total: 2 })
      expect(await run(ordered.toKysely(), 'execute')).toStrictEqual([row])
    }
  })
})

it('settings of the generator are patterns over names, and never sent', async () => {
  const catalog = await introspect(target.database.url)
  for (const text of [...hostileStrings, ...unstorableStrings]) {
    for (const setting of ['schemas', 'include', 'exclude']) {
      try {
        const { tables: left } = selectTables(catalog, { [setting]: [text] })
        expect(left.length).toBeLessThanOrEqual(catalog.tables.length)
      } catch (error) {
        expect(error, `${setting}: ${text}`).toBeInstanceOf(CodegenError)
      }
    }
  }
  // What names nothing does not stand for everything.
  for (const text of ['', '.', '"', '...']) {
    expect(selectTables(catalog, { exclude: [text] }).tables).toEqual(catalog.tables)
    expect(() => selectTables(catalog, { include: [text] })).toThrow(CodegenError)
  }
})

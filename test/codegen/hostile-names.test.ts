import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import ts from 'typescript'
import { emit } from '../../codegen/emit/emit.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { runSqlFile } from '../../codegen/sql-script/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { isLong } from '../support/long.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import type { RelationSettings } from '../../codegen/model/relations/settings.js'
import type { NameSettings } from '../../codegen/model/settings.js'
import { tablesIn, typeErrors } from './support.js'

let database: TestDatabase
let catalog: Catalog
let files: Map<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
  await runSqlFile(database.url, fileURLToPath(new URL('hostile-names.sql', import.meta.url)))
  catalog = await introspect(database.url)
  files = new Map(emit(buildModel(catalog)).map(({ name, text }) => [name, text]))
})

afterAll(() => database.drop())

describe('hostile names', () => {
  it('give a file per table, each inside the folder under a name every file system takes', () => {
    expect(files.size).toBe(catalog.tables.length + 5)
    const names = [...files.keys()]
    expect(names.filter((name) => !/^[a-z0-9]+([-_][a-z0-9]+)*\.ts$/.test(name))).toEqual([])
    expect(names.filter((name) => /^(con|prn|aux|nul|conin|conout|com\d|lpt\d)\./.test(name))).toEqual([])
    expect(names.filter((name) => name.length > 200)).toEqual([])
  })

  it('give code that a strict compiler takes', () => {
    expect(typeErrors(files)).toEqual([])
  })

  // That of plainer names is compiled by kinds.test.ts as well.
  it.runIf(isLong)('give code for the plugins and values of free-hand Kysely', () => {
    const model = buildModel(catalog, { kyselyValues: 'pg', kyselyCamelCase: true })
    expect(typeErrors(new Map(emit(model).map(({ name, text }) => [name, text])))).toEqual([])
  })

  it('never become code', () => {
    const statements = [...files].flatMap(([name, text]) =>
      ts.createSourceFile(name, text, ts.ScriptTarget.Latest).statements.map((statement) => statement.kind),
    )
    expect(new Set(statements)).toEqual(
      new Set([
        ts.SyntaxKind.ImportDeclaration,
        ts.SyntaxKind.ExportDeclaration,
        ts.SyntaxKind.InterfaceDeclaration,
        ts.SyntaxKind.TypeAliasDeclaration,
        ts.SyntaxKind.VariableStatement,
        ts.SyntaxKind.ClassDeclaration,
        ts.SyntaxKind.FunctionDeclaration,
      ]),
    )
    const tags = [...files].flatMap(([name, text]) => {
      const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true)
      return source.statements.flatMap((statement) => ts.getJSDocTags(statement).map((tag) => tag.getText()))
    })
    expect(tags).toEqual([])
    expect([...files.values()].filter((text) => /[\u202e\u2028]/.test(text))).toEqual([])
  })

  it('arrive unchanged in the metadata', () => {
    const { tables, enums } = buildModel(catalog)
    expect(tables.map(({ schema: { schema, name } }) => [schema, name])).toEqual(
      catalog.tables.map(({ schema, name }) => [schema, name]),
    )
    expect(enums.find(({ type }) => type.name === 'order_status')?.type.labels).toContain('x\ny')
    const registry = tablesIn(files.get('schema.ts'))
    for (const { schema } of tables) expect(registry.table(qualifiedName(schema))).toEqual(schema)
  })

  it('are decided by the set of names, not by the order they are listed in', () => {
    const reversed = {
      ...catalog,
      tables: [...catalog.tables]
        .reverse()
        .map((table) => ({ ...table, columns: [...table.columns].reverse() })),
      enums: [...catalog.enums].reverse(),
      composites: [...catalog.composites].reverse(),
    }
    const namesOf = (of: Catalog) => {
      const { tables, types } = buildModel(of)
      const names = tables.map(({ table, names, schema }) => {
        const properties = schema.columns.map(({ name, property }) => [name, property] as const)
        const relations = (schema.relations ?? []).map(({ name }) => name)
        return [
          qualifiedName(table),
          { names, properties: new Map(properties), relations: new Set(relations) },
        ] as const
      })
      return { types, names: new Map(names) }
    }
    expect(namesOf(reversed)).toEqual(namesOf(catalog))
  })

  it('are reported where they had to change, with the setting that chooses another', () => {
    const { renamed } = buildModel(catalog)
    expect(renamed.length).toBeGreaterThan(100)
    const settings = { tables: {}, columns: {}, types: {}, relations: {} } as Record<
      string,
      Record<string, unknown>
    >
    for (const [index, { setting }] of renamed.entries()) {
      const [, kind = '', key = '', relation] =
        /^(?:names\.)?(\w+)\[(".*")\](?:\.(\w+))?$/s.exec(setting) ?? []
      const entry = JSON.parse(key) as string
      const name = `${kind === 'types' ? 'Chosen' : 'chosen'}${String(index)}`
      const value = kind === 'tables' ? { repository: name, row: `Row${String(index)}` } : name
      const others = settings[kind]?.[entry]
      Object.assign(settings[kind] ?? {}, {
        [entry]: relation === undefined ? value : { ...(others as object | undefined), [relation]: name },
      })
    }
    const { relations, ...names } = settings
    const model = buildModel(catalog, { names, relations: relations as RelationSettings })
    expect(model.renamed).toEqual([])
    const chosen = JSON.stringify(model.tables.map(({ names, schema }) => [names, schema]))
    for (const [index, { setting }] of renamed.entries()) {
      if (!setting.startsWith('names.types')) expect(chosen).toContain(`"chosen${String(index)}"`)
    }
    expect(typeErrors(new Map(emit(model).map(({ name, text }) => [name, text])))).toEqual([])
  })

  it('can be chosen, but not twice, and not what cannot be', () => {
    const refusal = (names: NameSettings) => () => buildModel(catalog, { names })
    expect(refusal({ tables: { 'billing.usrs': 'x' } })).toThrow(
      'names.tables["billing.usrs"] is of nothing in the schema. Did you mean "billing.users"?',
    )
    expect(refusal({ tables: { 'public.users': 'a b' } })).toThrow('no identifier')
    expect(refusal({ tables: { 'public.users': 'constructor' } })).toThrow('reserved')
    expect(refusal({ tables: { 'public.users': { row: 'Repository' } } })).toThrow('reserved')
    expect(refusal({ tables: { 'public.users': 'same', 'public.user': 'same' } })).toThrow(
      'another table has',
    )
    expect(refusal({ columns: { 'public.class.class': 'and' } })).toThrow('reserved')
    expect(refusal({ columns: { 'public.class.class': 'same', 'public.class.function': 'same' } })).toThrow(
      'names.columns["public.class.class"] and names.columns["public.class.function"] both choose "same"',
    )
    expect(refusal({ types: { 'public.User': 'Users' } })).toThrow('another type or table has')
  })

  it('leave a table its plain name when others only resemble it', () => {
    const { tables } = buildModel(catalog)
    const of = (schema: string, name: string) =>
      tables.find(({ table }) => table.schema === schema && table.name === name)?.names
    expect(of('public', 'users')).toMatchObject({
      property: 'users',
      file: 'users',
      repository: 'UsersRepository',
    })
    expect(of('public', 'user')).toMatchObject({ property: 'user', row: 'User' })
    expect(of('billing', 'users')).toMatchObject({ property: 'billingUsers', row: 'BillingUser' })
    expect(of('a', 'b')).toMatchObject({ property: 'b' })
  })
})

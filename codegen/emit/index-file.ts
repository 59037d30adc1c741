import {
  type ExportDeclarationStructure,
  type FunctionDeclarationStructure,
  StructureKind,
  type WriterFunction,
} from 'ts-morph'
import type { EnumStyle } from './settings.js'
import type { DatabaseModel, TableModel } from '../model/database-model.js'
import { compare } from '../naming/unique.js'
import { nameList } from './braces.js'
import { docName } from './doc.js'
import type { Imports } from './imports.js'
import { propertyKey } from './literal.js'
import type { GeneratedFile, SourceWriter } from './source.js'
import { interfaceOf, propertyOf } from './structures.js'

/** `index.ts`: every name of the folder, the database for Kysely, and the repositories. */
export function indexFile(
  model: DatabaseModel,
  writer: SourceWriter,
  enums: EnumStyle = 'union',
): GeneratedFile {
  const { tables } = model
  const imports = writer.imports('index')
  const database = interfaceOf(
    'DB',
    'The database for Kysely: `connect<DB>(…)`, `new Kysely<DB>(…)`.',
    tables.flatMap(({ kyselyName, freeHand, names }) => {
      const key = freeHand === undefined ? kyselyName : freeHand.key
      return key === undefined ? [] : [propertyOf(key, imports.type(names.columns, fileOf(names.file)))]
    }),
  )
  const repositories = interfaceOf('Repositories', 'A repository per table and view.', [
    ...tables.map(({ table, names }) =>
      propertyOf(names.property, imports.value(names.repository, fileOf(names.file)), {
        doc: `${docName(`${table.schema}.${table.name}`)}.`,
        readOnly: true,
      }),
    ),
    propertyOf('withSchema', `(schemas: ${imports.type('SchemaMap', 'sluice')}) => Repositories`, {
      doc: 'The same on the tables of another schema.',
      readOnly: true,
    }),
  ])
  const registry = schemaRegistry(tables, imports)
  const factories = repositoryFunctions(tables, imports)
  const exports = [
    ...tables.map(tableExports),
    ...typeExports('./composites.js', model.composites),
    // A constant object has the name of its union, and goes with it.
    ...typeExports('./enums.js', model.enums, enums === 'union'),
  ].map((each) => ({ ...each, moduleSpecifier: writer.specifier('index', each.moduleSpecifier ?? '') }))
  return writer.file('index.ts', [
    ...imports.structures(),
    ...apart(exports),
    database,
    repositories,
    registry,
    ...factories,
  ])
}

/** The tables by name, where relations find those they lead to. */
function schemaRegistry(tables: readonly TableModel[], imports: Imports): WriterFunction {
  const lines = tables.map(({ names }) => `  ${imports.value(names.schema, fileOf(names.file))},`)
  const registry = imports.value('SchemaRegistry', 'sluice')
  return (writer) => {
    writer.blankLineIfLastNot().writeLine(`const schemas = new ${registry}([\n${lines.join('\n')}\n])`)
  }
}

function repositoryFunctions(
  tables: readonly TableModel[],
  imports: Imports,
): FunctionDeclarationStructure[] {
  const properties = tables.map(
    ({ names }) => `  ${propertyKey(names.property)}: new ${names.repository}(kysely, schemas),`,
  )
  const kysely = { name: 'kysely', type: imports.type('KyselyHandle', 'sluice') }
  const withSchema = '  withSchema: (names) => repositoriesIn(kysely, schemas.withSchema(names)),'
  return [
    {
      kind: StructureKind.Function,
      name: 'repositories',
      isExported: true,
      docs: ['The repositories of a Kysely instance or transaction. It has to be on the dialect of sluice.'],
      parameters: [kysely],
      returnType: 'Repositories',
      statements: ['return repositoriesIn(kysely, schemas)'],
    },
    {
      kind: StructureKind.Function,
      name: 'repositoriesIn',
      parameters: [kysely, { name: 'schemas', type: imports.value('SchemaRegistry', 'sluice') }],
      returnType: 'Repositories',
      statements: [
        // Who goes through the repositories does not meet it.
        `return Object.defineProperty<Repositories>({\n${[...properties, withSchema].join('\n')}\n}, 'withSchema', { enumerable: false })`,
      ],
    },
  ]
}

function tableExports({ names, relations, writable, brand }: TableModel): ExportDeclarationStructure {
  const types = [
    ...(brand === undefined ? [] : [brand.name]),
    names.row,
    ...(writable ? [names.insert, names.update] : []),
    names.filter,
    names.columns,
    ...(names.ownColumns === undefined ? [] : [names.ownColumns]),
    ...(relations.length > 0 ? [names.relations] : []),
    names.model,
  ]
  return exportOf(fileOf(names.file), [
    names.repository,
    names.schema,
    ...types.map((name) => `type ${name}`),
  ])
}

function typeExports(
  from: string,
  types: readonly { readonly typeName: string }[],
  isTypeOnly = true,
): ExportDeclarationStructure[] {
  const names = types.map(({ typeName }) => typeName).sort(compare)
  return names.length === 0 ? [] : [{ ...exportOf(from, names), isTypeOnly }]
}

/** The first of the statements keeps a line's distance from what is above it. */
function apart([first, ...others]: ExportDeclarationStructure[]): ExportDeclarationStructure[] {
  if (first === undefined) return []
  return [{ ...first, leadingTrivia: (writer) => writer.blankLineIfLastNot() }, ...others]
}

function exportOf(moduleSpecifier: string, names: readonly string[]): ExportDeclarationStructure {
  const around = `export type {  } from '${moduleSpecifier}'`
  return {
    kind: StructureKind.ExportDeclaration,
    moduleSpecifier,
    namedExports: nameList(names, around.length),
  }
}

function fileOf(file: string): string {
  return `./${file}.js`
}

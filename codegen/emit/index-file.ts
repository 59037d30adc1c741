import {
  type ClassDeclarationStructure,
  type ExportDeclarationStructure,
  type FunctionDeclarationStructure,
  StructureKind,
  type WriterFunction,
} from 'ts-morph'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import type { DatabaseModel, TableModel } from '../model/database-model.js'
import { DOMAINS } from '../model/type-text.js'
import { compare } from '../naming/unique.js'
import { databaseInterfaces } from './database-interfaces.js'
import { docName, taggedDoc } from './doc.js'
import { FUNCTIONS, functionsText } from './functions-file.js'
import type { Imports } from './imports.js'
import { propertyKey, stringLiteral } from './literal.js'
import { SCHEMA } from './schema-file.js'
import type { EnumStyle } from './settings.js'
import type { GeneratedFile, SourceWriter } from './source.js'
import { fileOf } from './specifier.js'
import { interfaceOf, propertyOf } from './structures.js'

/** `index.ts`: every name of the folder, the database for Kysely, and the repositories. */
export function indexFile(
  model: DatabaseModel,
  writer: SourceWriter,
  enums: EnumStyle = 'union',
): GeneratedFile {
  const { tables } = model
  const imports = writer.imports('index')
  const statements = [
    ...databaseInterfaces(model, imports),
    ...tables.map((table) => repositoryClass(table, imports)),
    ...repositoriesInterfaces(model, imports),
    classesByName(tables),
    repositoriesFunction(imports),
    ...(model.functions.length > 0 ? [functionsText(imports)] : []),
  ]
  return writer.file('index.ts', [
    ...imports.structures(),
    ...allExports(model, writer, enums),
    ...statements,
  ])
}

function repositoryClass({ names, schema, table }: TableModel, imports: Imports): ClassDeclarationStructure {
  const name = docName(`${table.schema}.${table.name}`)
  const type = imports.type('SchemaRegistry', 'sluice')
  return {
    kind: StructureKind.Class,
    name: names.repository,
    isExported: true,
    docs: [taggedDoc(table, `Repository of ${name}.`, table.comment) ?? ''],
    extends: `${imports.value('Repository', 'sluice')}<${imports.type(names.model, fileOf(names.file))}>`,
    ctors: [
      {
        parameters: [
          { name: 'kysely', type: imports.type('KyselyHandle', 'sluice') },
          { name: 'schemas', type, initializer: imports.value(SCHEMA, fileOf(SCHEMA)) },
        ],
        statements: [`super(kysely, ${stringLiteral(qualifiedName(schema))}, schemas)`],
      },
    ],
  }
}

function repositoriesInterfaces({ tables, tenants }: DatabaseModel, imports: Imports) {
  const isTenants = ({ table }: TableModel) => tenants.includes(table.schema)
  const properties = (of: readonly TableModel[]) =>
    of.map(({ names, table }) =>
      propertyOf(names.property, names.repository, { doc: taggedDoc(table), readOnly: true }),
    )
  const withSchema = (of: string, doc: string) =>
    propertyOf('withSchema', `(schemas: ${imports.type('SchemaMap', 'sluice')}) => ${of}`, {
      doc,
      readOnly: true,
    })
  if (tenants.length === 0) {
    return [
      interfaceOf('Repositories', 'A repository per table and view.', [
        ...properties(tables),
        withSchema('Repositories', 'The same on the tables of another schema.'),
      ]),
    ]
  }
  return [
    interfaceOf('Repositories', 'A repository per table and view that is of no tenant.', [
      ...properties(tables.filter((each) => !isTenants(each))),
      withSchema('TenantRepositories', 'All of them, with those of the tenant whose schema is named.'),
    ]),
    interfaceOf(
      'TenantRepositories',
      'A repository per table and view, those of one tenant among them.',
      properties(tables.filter(isTenants)),
      'Repositories',
    ),
  ]
}

function classesByName(tables: readonly TableModel[]): WriterFunction {
  const lines = tables.map(({ names }) => `  ${propertyKey(names.property)}: ${names.repository},\n`)
  return (writer) => {
    writer
      .blankLineIfLastNot()
      .write(`const classes = {\n${lines.join('')}}`)
      .newLine()
  }
}

function repositoriesFunction(imports: Imports): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name: 'repositories',
    isExported: true,
    docs: [
      [
        'The repositories of a Kysely instance or transaction, which has to be on the dialect of sluice. Each is made when it',
        'is first asked for. A handle of another database is a type error.',
      ].join('\n'),
    ],
    typeParameters: [{ name: 'K', constraint: imports.type('KyselyHandle', 'sluice') }],
    parameters: [{ name: 'kysely', type: `K & ${imports.type('HandleOf', 'sluice')}<K, DB>` }],
    returnType: 'Repositories',
    statements: [`return ${imports.value('repositoriesOf', 'sluice')}(kysely, ${SCHEMA}, classes)`],
  }
}

/** The types of every table, the enums and composite types, and the data. */
function allExports(
  { tables, functions, enums, composites, aliases }: DatabaseModel,
  writer: SourceWriter,
  style: EnumStyle,
) {
  const files = [
    ...tables.map(({ names }) => names.file),
    ...(composites.length > 0 ? ['composites'] : []),
    ...(aliases.size > 0 ? [DOMAINS] : []),
    ...(functions.length > 0 ? [FUNCTIONS] : []),
    ...(enums.length > 0 && style === 'union' ? ['enums'] : []),
  ]
  const exports: ExportDeclarationStructure[] = [
    ...files.sort(compare).map((file) => exportOf(writer.specifier('index', fileOf(file)), true)),
    ...(enums.length > 0 && style === 'const'
      ? [exportOf(writer.specifier('index', './enums.js'), false)]
      : []),
    { ...exportOf(writer.specifier('index', fileOf(SCHEMA)), false), namedExports: [SCHEMA] },
  ]
  return apart(exports)
}

/** The first of the statements keeps a line's distance from what is above it. */
function apart([first, ...others]: ExportDeclarationStructure[]): ExportDeclarationStructure[] {
  if (first === undefined) return []
  return [{ ...first, leadingTrivia: (writer) => writer.blankLineIfLastNot() }, ...others]
}

function exportOf(moduleSpecifier: string, isTypeOnly: boolean): ExportDeclarationStructure {
  return { kind: StructureKind.ExportDeclaration, moduleSpecifier, isTypeOnly }
}

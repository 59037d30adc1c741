import type { WriterFunction } from 'ts-morph'
import type { DatabaseModel, FunctionModel } from '../model/database-model.js'
import { typeText } from '../model/type-text.js'
import { columnsInterfaces } from './columns-interface.js'
import { docName, taggedDoc } from './doc.js'
import { filterInterface } from './filter-interface.js'
import type { Imports } from './imports.js'
import { columnText, rowInterface, scopeOf, type Scope } from './row-interfaces.js'
import type { GeneratedFile, SourceWriter } from './source.js'
import { interfaceOf, orNull, propertyOf, type TypeDeclaration } from './structures.js'
import { modelInterface } from './table-file.js'

/** What the file is called, without extension. */
export const FUNCTIONS = 'functions'

/** `functions.ts`: the functions and procedures as methods, and the types of what they take and give. */
export function functionsFile(model: DatabaseModel, writer: SourceWriter): GeneratedFile[] {
  const { functions } = model
  if (functions.length === 0) return []
  const imports = writer.imports(FUNCTIONS)
  const scope = scopeOf(model, imports, FUNCTIONS)
  const declarations = functions.flatMap((each) => [...argumentsOf(each, scope), ...rowsOf(each, scope)])
  const methods = functions.map((each) =>
    propertyOf(each.names.property, methodText(each, scope), { doc: docOf(each), readOnly: true }),
  )
  const all = interfaceOf('Functions', 'A method per stored function and procedure.', [
    ...methods,
    propertyOf('withSchema', `(schemas: ${imports.type('SchemaMap', 'sluice')}) => Functions`, {
      doc: 'The same in another schema.',
      readOnly: true,
    }),
  ])
  return [writer.file(`${FUNCTIONS}.ts`, [...imports.structures(), ...declarations, all])]
}

/** What a method takes, if anything. */
function argumentsOf(each: FunctionModel, scope: Scope): TypeDeclaration[] {
  const inputs = inputsOf(each)
  if (inputs.length === 0) return []
  const properties = inputs.map(({ parameter, property }) => {
    const { type, optional } = parameter
    const canBeNull = !each.function.isStrict && parameter.mode !== 'variadic'
    return propertyOf(property, orNull(typeText(type, 'input', scope), canBeNull), { optional })
  })
  return [interfaceOf(each.names.arguments, `What ${docName(each.function.signature)} takes.`, properties)]
}

/** What it gives, where that is of its own. */
function rowsOf(each: FunctionModel, scope: Scope): (TypeDeclaration | WriterFunction)[] {
  const { gives, signature } = each.function
  if (each.isOfTable || gives === 'nothing' || gives === 'value') return []
  const name = docName(signature)
  const row = rowInterface(each.rows, `A row of what ${name} gives.`, scope)
  if (gives !== 'rows') return [row]
  return [
    row,
    filterInterface(each.rows, `Conditions on what ${name} gives, joined by AND.`, scope),
    ...columnsInterfaces(each.rows, name, scope),
    modelInterface(each.rows),
  ]
}

/** `(args: SearchArguments) => QuerySet<ProductModel>`. */
function methodText(each: FunctionModel, scope: Scope): string {
  const inputs = inputsOf(each)
  const mark = inputs.every(({ parameter }) => parameter.optional) ? '?' : ''
  const taken = inputs.length === 0 ? '' : `args${mark}: ${each.names.arguments}`
  return `(${taken}) => ${givenText(each, scope)}`
}

function givenText({ function: { gives }, rows, isOfTable }: FunctionModel, scope: Scope): string {
  const { imports } = scope
  const named = (name: string) => (isOfTable ? imports.type(name, `./${rows.names.file}.js`) : name)
  switch (gives) {
    case 'rows':
      return `${imports.type('QuerySet', 'sluice')}<${named(rows.names.model)}>`
    case 'row':
      return `Promise<${named(rows.names.row)} | null>`
    case 'outputs':
      return `Promise<${named(rows.names.row)}>`
    case 'value': {
      const [column] = rows.columns
      return `Promise<${column === undefined ? 'null' : orNull(columnText(column, 'row', scope), true)}>`
    }
    case 'nothing':
      return 'Promise<void>'
  }
}

function inputsOf({ parameters }: FunctionModel) {
  return parameters.filter(({ parameter }) => parameter.mode !== 'out')
}

function docOf({ function: each }: FunctionModel): string {
  const { kind, signature, comment, isVolatile, gives } = each
  const streams =
    isVolatile && gives === 'rows'
      ? 'It is volatile: a stream of it that writes takes `{ readOnly: false }`.'
      : ''
  return taggedDoc(each, `The ${kind} ${docName(signature)}.`, comment, streams) ?? ''
}

/** `functions()`, for `index.ts`. */
export function functionsText(imports: Imports): WriterFunction {
  const type = imports.type('Functions', `./${FUNCTIONS}.js`)
  const handle = imports.type('KyselyHandle', 'sluice')
  const own = imports.type('HandleOf', 'sluice')
  const make = imports.value('functionsOf', 'sluice')
  const registry = imports.value('schema', './schema.js')
  return (writer) => {
    writer
      .blankLineIfLastNot()
      .writeLine(
        '/** The stored functions and procedures, on a Kysely instance or transaction, which has to be on the dialect of sluice. */',
      )
      .write(`export function functions<K extends ${handle}>(kysely: K & ${own}<K, DB>): ${type} `)
      .block(() => writer.writeLine(`return ${make}(kysely, ${registry})`))
  }
}

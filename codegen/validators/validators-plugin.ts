import { qualifiedName } from '../../src/schema/qualified-name.js'
import { docName } from '../emit/doc.js'
import { propertyKey, stringLiteral } from '../emit/literal.js'
import type { Plugin } from '../plugins/plugin.js'
import type { ModelColumn, ModelTable, SchemaModel } from '../plugins/schema-model.js'
import { HELPERS } from './helpers.js'
import { libraries, type Library } from './library.js'
import type { ValidatorLibrary } from './settings.js'
import { typeSchema, type TypeScope, valuesSchema } from './type-schema.js'

/** What the file is called, without extension. */
export const VALIDATORS = 'validators'

/** Adds `validators.ts`: for each table a schema of its new rows and one of its updates. */
export function validatorsPlugin(library: ValidatorLibrary): Plugin {
  return {
    name: `validators: ${library}`,
    files: (files, model, { importExtension }) => [
      ...files,
      { name: `${VALIDATORS}.ts`, text: new ValidatorsFile(model, libraries[library]).text(importExtension) },
    ],
  }
}

/** How the code of a helper begins that is a function. */
const FUNCTION = /^(?:\/\*\*|function)/

class ValidatorsFile {
  readonly #model: SchemaModel
  readonly #library: Library
  readonly #helpers = new Set<string>()
  readonly #types = new Map<string, string>()
  readonly #names = new Set<string>()
  /** What columns are cast to. */
  readonly #inserts = new Set<string>()
  readonly #declarations: string[] = []
  readonly #scope: TypeScope

  constructor(model: SchemaModel, library: Library) {
    this.#model = model
    this.#library = library
    const values = new Map(model.domains.map((domain) => [qualifiedName(domain), domain.values]))
    this.#scope = {
      library,
      domains: new Map(model.domains.map((domain) => [qualifiedName(domain), domain.sqlType])),
      valuesOf: (name) => values.get(name),
      named: (name) => this.#named(name),
      use: (helper) => this.#use(helper),
    }
  }

  text(importExtension: string): string {
    for (const { type } of [...this.#model.enums, ...this.#model.composites]) this.#named(qualifiedName(type))
    for (const table of this.#model.tables) if (table.writable) this.#addTable(table)
    const inserts = [...this.#inserts].sort()
    const imports = [
      this.#library.head,
      ...(this.#helpers.has('isJson') ? ["import type { JsonValue } from 'sluice'"] : []),
      ...(inserts.length > 0
        ? [`import type { ${inserts.join(', ')} } from './index${importExtension}'`]
        : []),
    ]
    const helpers = Object.entries(HELPERS).flatMap(([name, { code }]) => {
      if (!this.#helpers.has(name)) return []
      const text = typeof code === 'string' ? code : code(this.#library)
      return [FUNCTION.test(text) ? `\n${text}\n` : `const ${name} = ${text}`]
    })
    const typed = inserts.length > 0 ? [`\n${this.#library.typed}`] : []
    const parts = [imports.join('\n'), [...helpers, ...typed].join('\n'), ...this.#declarations]
    return `${parts
      .join('\n\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()}\n`
  }

  #use(helper: string): string {
    this.#helpers.add(helper)
    for (const needed of HELPERS[helper]?.needs ?? []) this.#use(needed)
    return helper
  }

  /** The schema of an enum or composite type, which is declared before what uses it. */
  #named(name: string): string {
    const known = this.#types.get(name)
    if (known !== undefined) return known
    const { enums, composites } = this.#model
    const ofEnum = enums.find(({ type }) => qualifiedName(type) === name)
    const ofComposite = composites.find(({ type }) => qualifiedName(type) === name)
    const schema = this.#name(`${(ofEnum ?? ofComposite)?.typeName ?? name}Schema`)
    this.#types.set(name, schema)
    if (ofEnum !== undefined) {
      const { labels } = ofEnum.type
      const text = labels.length === 0 ? this.#library.never : this.#library.labels(labels.map(stringLiteral))
      this.#declare(`The enum ${docName(name)}.`, schema, text)
    } else if (ofComposite !== undefined) {
      const fields = ofComposite.type.fields.map(({ property, type }, index) => {
        const field = typeSchema(type, ofComposite.sqlTypes[index] ?? '', 'row', this.#scope)
        return `${propertyKey(property)}: ${this.#library.nullable(field)}`
      })
      this.#declare(`The composite type ${docName(name)}.`, schema, this.#library.object(fields))
    }
    return schema
  }

  #addTable(table: ModelTable): void {
    const name = docName(`${table.schema}.${table.name}`)
    const columns = table.columns.filter(({ generated }) => generated === undefined)
    const shape = this.#name(`${table.names.row}Columns`)
    const of = ({ property }: ModelColumn) => shape + access(property)
    const optional = (column: ModelColumn) => this.#library.optional(of(column))
    const properties = (schemaOf: (column: ModelColumn) => string) =>
      this.#library.object(columns.map((column) => `${propertyKey(column.property)}: ${schemaOf(column)}`))
    const own = columns.map(
      (column) => `  ${propertyKey(column.property)}: ${this.#column(table, column)},\n`,
    )
    if (own.length > 0) this.#declarations.push(`const ${shape} = {\n${own.join('')}}`)
    if (table.insertable) {
      this.#declare(
        `A new row of ${name}: what the server fills may be left out.`,
        this.#name(`${table.names.insert}Schema`),
        properties((column) => (column.optional ? optional(column) : of(column))),
      )
    }
    this.#declare(
      `The columns of ${name} that an update sets.`,
      this.#name(`${table.names.update}Schema`),
      properties(optional),
    )
  }

  #column({ names, insertable }: ModelTable, column: ModelColumn): string {
    const { property, type, sqlType, nullable, values } = column
    const listed = valuesSchema(values, this.#library)
    const plain = listed ?? typeSchema(type, sqlType, 'input', this.#scope)
    const refined = column.refined && listed === undefined
    const inputs = insertable ? names.insert : names.update
    if (refined) this.#inserts.add(inputs)
    const text = refined
      ? `typed<Exclude<${inputs}[${stringLiteral(property)}], null | undefined>>(${plain})`
      : plain
    return nullable ? this.#library.nullable(text) : text
  }

  #declare(doc: string, name: string, text: string): void {
    this.#declarations.push(`/** ${doc} */\nexport const ${name} = ${text}`)
  }

  /** A name of a value for that of a type; no two are the same. */
  #name(type: string): string {
    let name = type.charAt(0).toLowerCase() + type.slice(1)
    while (this.#names.has(name)) name += '_'
    this.#names.add(name)
    return name
  }
}

function access(property: string): string {
  const key = propertyKey(property)
  return key === property ? `.${key}` : `[${key}]`
}

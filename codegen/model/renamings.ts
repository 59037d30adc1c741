import { qualifiedName, type Qualified } from '../../src/schema/qualified-name.js'
import type { CatalogTable } from '../introspect/catalog.js'
import { expectedProperty } from '../naming/property.js'
import { type ChosenNames, settingOf } from './chosen-names.js'
import type { DatabaseModel, Renamed, TableModel } from './database-model.js'
import { plainMethodName } from './function-names.js'
import type { Relation } from './relations/build-relations.js'
import { type NamingOptions, unexpectedName } from './table-names.js'
import { plainTypeName } from './type-names.js'
import { pascalCase, words } from '../naming/words.js'

/** Which name of {@link RelationNames} is that of a relation. */
const RELATION_NAMES = { forward: 'name', inverse: 'inverse', through: 'through' } as const

/** Everything that does not have the name one would expect, and that nobody chose. */
export function renamings(
  {
    tables,
    functions,
    enums,
    composites,
  }: Pick<DatabaseModel, 'tables' | 'functions' | 'enums' | 'composites'>,
  relations: ReadonlyMap<CatalogTable, readonly Relation[]>,
  chosen: ChosenNames,
  naming: Pick<NamingOptions, 'style' | 'inflection'>,
): Renamed[] {
  const { style } = naming
  const properties = (owner: Qualified, fields: readonly Field[]): Renamed[] => {
    const set = chosen.properties(
      owner,
      fields.map(({ name }) => name),
    )
    return fields
      .filter(({ name, property }) => !set.has(name) && property !== expectedProperty(name, style))
      .map(({ name, property }) => {
        const key = qualifiedName(owner, name)
        return { from: key, to: property, setting: settingOf('columns', key) }
      })
  }
  const tableNames = ({ table, names }: TableModel): Renamed[] => {
    const isChosen = Object.keys(chosen.table(table)).length > 0
    const to = isChosen ? undefined : unexpectedName(table, names, naming)
    if (to === undefined) return []
    const isBySchema = names.row.startsWith(pascalCase(words(table.schema)))
    const from = qualifiedName(table)
    return [{ from, to, setting: settingOf('tables', from), ...(isBySchema && { by: table.schema }) }]
  }
  // A table's row type has its columns for attributes, which are reported there.
  const ofTables = new Set(tables.map(({ table }) => qualifiedName(table)))
  return [
    ...tables.flatMap((model) => [
      ...tableNames(model),
      ...properties(
        model.table,
        model.columns.map(({ column, property }) => ({ name: column.name, property })),
      ),
    ]),
    ...[...relations].flatMap(([table, own]) => own.flatMap((relation) => ofRelation(table, relation))),
    ...[...enums, ...composites]
      .filter(({ type, typeName }) => chosen.type(type) === undefined && typeName !== plainTypeName(type))
      .map(({ type, typeName }) => ({
        from: qualifiedName(type),
        to: typeName,
        setting: settingOf('types', qualifiedName(type)),
      })),
    ...functions
      .filter(
        ({ function: each, names }) =>
          chosen.function(each) === undefined && names.property !== plainMethodName(each, style),
      )
      .map(({ function: { signature }, names }) => ({
        from: signature,
        to: names.property,
        setting: settingOf('functions', signature),
      })),
    ...composites.flatMap(({ type }) =>
      ofTables.has(qualifiedName(type)) ? [] : properties(type, type.fields),
    ),
  ]
}

interface Field {
  readonly name: string
  readonly property: string
}

function ofRelation(table: CatalogTable, { schema, form, renamed }: Relation): Renamed[] {
  if (renamed === undefined) return []
  const of = qualifiedName(table)
  return [
    {
      from: `a relation of ${of} by ${renamed.label}`,
      to: schema.name,
      setting: `relations[${JSON.stringify(renamed.entry)}].${RELATION_NAMES[form]}`,
    },
  ]
}

import { qualifiedName } from '../../src/schema/qualified-name.js'
import type { CatalogFunction, CatalogTable } from '../introspect/catalog.js'
import { propertyNames } from '../naming/property.js'
import type { NamingStyle } from '../naming/style.js'
import { columnModels, tableSchema } from './columns.js'
import type { FunctionModel, FunctionNames, ParameterModel, TableModel } from './database-model.js'

interface Parts {
  readonly names: ReadonlyMap<CatalogFunction, FunctionNames>
  readonly tables: readonly TableModel[]
  readonly style: NamingStyle
}

/** Functions as they are written. */
export function functionModels(functions: readonly CatalogFunction[], parts: Parts): FunctionModel[] {
  const tables = new Map(parts.tables.map((model) => [qualifiedName(model.table), model]))
  return functions.flatMap((each) => {
    const names = parts.names.get(each)
    if (names === undefined) return []
    const table = each.table && tables.get(qualifiedName(each.table))
    const rows = table ?? ownRows(each, names, parts)
    const parameters = parameterModels(each, parts.style)
    const { schema, name, kind, gives, isVolatile, isScalar } = each
    return {
      ...{ function: each, names, parameters, rows, isOfTable: table !== undefined },
      schema: {
        ...{ schema, name, kind, gives, isVolatile, isScalar },
        parameters: parameters.map(({ parameter, property }) => ({ property, ...parameter })),
        rows: table === undefined ? rows.schema : qualifiedName(table.schema),
      },
    }
  })
}

/** Parameters by their names; one without any by its number. */
function parameterModels({ parameters }: CatalogFunction, style: NamingStyle): ParameterModel[] {
  const called = parameters.map(({ name }, index) => (name === '' ? `arg${index + 1}` : name))
  const properties = propertyNames([...new Set(called)], { style })
  return parameters.map((parameter, index) => {
    const name = called[index] ?? ''
    return { parameter, property: properties.get(name) ?? name }
  })
}

function ownRows(each: CatalogFunction, names: FunctionNames, { style }: Parts): TableModel {
  const { schema, name, columns } = each
  const table: CatalogTable = {
    ...{ schema, name, columns, kind: 'function', comment: undefined },
    ...{ primaryKey: [], uniqueKeys: [], foreignKeys: [] },
  }
  const properties = propertyNames(
    columns.map((column) => column.name),
    { style },
  )
  const models = columnModels(table, properties, () => undefined)
  const { row, filter, columns: columnsName, model, property } = names
  return {
    table,
    names: {
      ...{ file: 'functions', property, row, filter, columns: columnsName, model },
      ...{ insert: 'never', update: 'never', relations: 'object', repository: '' },
    },
    kyselyName: name,
    columns: models,
    freeHand: undefined,
    brand: undefined,
    relations: [],
    schema: tableSchema(table, models, new Map(), []),
    writable: false,
  }
}

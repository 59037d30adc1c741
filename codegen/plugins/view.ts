import { serverLabel, type TypeSchema } from '../../src/schema/type.js'
import type { ColumnModel, DatabaseModel, TableModel } from '../model/database-model.js'
import type { Refined } from '../model/refined.js'
import { refinedText, type Side, type TypeScope, typeText } from '../model/type-text.js'
import type { ModelColumn, ModelTable, SchemaModel } from './schema-model.js'

/** What plugins see of a model, frozen. */
export function viewOf({ tables, enums, composites, domains, types, refined }: DatabaseModel): SchemaModel {
  const scope: TypeScope = { types, refined, use: () => undefined }
  return frozen({
    tables: tables.map((table) => tableView(table, scope)),
    enums: enums.map(({ type, typeName, comment }) => ({ type, typeName, comment })),
    composites: composites.map(({ type, sqlTypes, typeName, comment }) => ({
      type,
      sqlTypes,
      typeName,
      comment,
    })),
    domains: domains.map(({ schema, name, type, typeName, comment, sqlType }) => ({
      ...{ schema, name, type, typeName, comment, sqlType },
      values: refined.get(serverLabel(type))?.values,
    })),
  })
}

function tableView({ table, names, columns, relations, schema, writable }: TableModel, scope: TypeScope) {
  const { property, row, insert, update, filter, repository, file } = names
  return {
    ...{ schema: table.schema, name: table.name, kind: table.kind, comment: table.comment },
    deprecated: table.tags?.deprecated,
    ...{ writable, insertable: writable && table.withheld === undefined },
    names: { repository: property, row, insert, update, filter, class: repository, file },
    columns: columns.map((column) => columnView(column, scope)),
    primaryKey: schema.primaryKey,
    uniqueKeys: schema.uniqueKeys,
    foreignKeys: schema.foreignKeys,
    relations: relations.map(({ schema, form, entry }) => ({ ...schema, form, key: entry })),
  } satisfies ModelTable
}

function columnView({ column, property, refined, optional }: ColumnModel, scope: TypeScope): ModelColumn {
  const { name, type, sqlType, comment, tags, nullable, identity, generated, expression } = column
  const text = (side: Side) =>
    refined === undefined ? typeText(type, side, scope) : refinedText(type, refined, side, scope)
  return {
    ...{ property, name, type, sqlType, comment, nullable, optional, expression },
    deprecated: tags?.deprecated,
    generated: generated ?? (identity === 'always' ? 'identity' : undefined),
    row: text('row'),
    input: text('input'),
    refined: refined !== undefined || holdsRefined(type, scope.refined),
    values: (refined ?? scope.refined.get(serverLabel(type)))?.values,
  }
}

/** Whether the user gave a type in TypeScript to a type, or to one that it is made of. */
function holdsRefined(type: TypeSchema, refined: ReadonlyMap<string, Refined>): boolean {
  if (refined.has(serverLabel(type))) return true
  if (typeof type === 'string') return false
  switch (type.kind) {
    case 'domain':
      return holdsRefined(type.base, refined)
    case 'array':
      return holdsRefined(type.element, refined)
    case 'range':
      return holdsRefined(type.subtype, refined)
    case 'multirange':
      return holdsRefined(type.range, refined)
    case 'composite':
      return type.fields.some((field) => holdsRefined(field.type, refined))
    default:
      return false
  }
}

/** Frozen to the last part, so that a hook that changes it in place is told so, and no two hooks meet. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

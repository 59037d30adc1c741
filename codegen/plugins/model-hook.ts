import { isDeepStrictEqual } from 'node:util'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import { typeSetting } from '../config/check-config.js'
import { didYouMean } from '../config/did-you-mean.js'
import { messageOf } from '../errors.js'
import type { Refuse } from './failure.js'
import type { ModelColumn, ModelRelation, ModelTable, SchemaModel } from './schema-model.js'
import { ChangeSet } from './change-set.js'

const NAME_OF_FORM = { forward: 'name', inverse: 'inverse', through: 'through' } as const

/**
 * What a `model` hook changed, as the settings and the catalog can be made to say it.
 *
 * @throws what `refuse` makes of a change that cannot be, and of what is no model.
 */
export function changesOf(before: SchemaModel, after: unknown, refuse: Refuse): ChangeSet {
  const changes = new ChangeSet()
  const given = objectOf<SchemaModel>(after, 'a model', refuse)
  const pairs = paired(before.tables, given.tables, {
    ...{ what: 'tables', one: 'table', labelOf: (table) => qualifiedName(table), refuse },
  })
  refuseOthers(before, given, ['tables', 'enums', 'composites'], 'the model', refuse)
  for (const [table, changed] of pairs) {
    if (changed === undefined) changes.leaveOutTable(table)
    else if (changed !== table) compareTable(table, changed, changes, refuse)
  }
  for (const what of ['enums', 'composites'] as const) {
    type Typed = SchemaModel[typeof what][number]
    const types = paired<Typed>(before[what], given[what], {
      ...{ what, one: 'type', labelOf: ({ type }) => qualifiedName(type), refuse },
    })
    for (const [type, changed] of types) {
      const label = qualifiedName(type.type)
      if (changed === undefined) throw refuse(`left out ${label}: types go with the columns that use them.`)
      refuseOthers(type, changed, ['typeName'], label, refuse)
      if (changed.typeName !== type.typeName)
        changes.names.types[label] = textOf(changed.typeName, `the typeName of ${label}`, refuse)
    }
  }
  return changes
}

function compareTable(before: ModelTable, after: ModelTable, changes: ChangeSet, refuse: Refuse): void {
  const label = qualifiedName(before)
  refuseOthers(before, after, ['names', 'comment', 'columns', 'relations'], label, refuse)
  if (after.comment !== before.comment)
    changes.comments.set(label, commentOf(after.comment, `the comment of ${label}`, refuse))

  const names = objectOf<ModelTable['names']>(after.names, `names of ${label}`, refuse)
  refuseOthers(before.names, names, ['repository', 'row'], `the names of ${label}`, refuse)
  for (const which of ['repository', 'row'] as const) {
    if (names[which] === before.names[which]) continue
    const name = textOf(names[which], `names.${which} of ${label}`, refuse)
    changes.names.tables[label] = { ...changes.names.tables[label], [which]: name }
  }

  const columns = paired(before.columns, after.columns, {
    ...{
      what: `columns of ${label}`,
      one: 'column',
      labelOf: ({ name }) => qualifiedName(before, name),
      refuse,
    },
  })
  for (const [column, changed] of columns) {
    if (changed !== undefined) compareColumn(before, column, changed, changes, refuse)
    else if (column.optional || !before.writable) changes.leaveOutColumn(before, column.name)
    else {
      throw refuse(
        `left out the column ${qualifiedName(before, column.name)}, without which no row can be inserted: it has no default and refuses nulls.`,
      )
    }
  }

  const relations = paired(before.relations, after.relations, {
    ...{
      what: `relations of ${label}`,
      one: 'relation',
      labelOf: ({ key, form }) => `${key} (${form})`,
      refuse,
    },
  })
  for (const [relation, changed] of relations) compareRelation(label, relation, changed, changes, refuse)
}

function compareColumn(
  table: ModelTable,
  before: ModelColumn,
  after: ModelColumn,
  changes: ChangeSet,
  refuse: Refuse,
): void {
  if (after === before) return
  const label = qualifiedName(table, before.name)
  refuseOthers(before, after, ['property', 'comment', 'setting'], label, refuse)
  if (after.property !== before.property)
    changes.names.columns[label] = textOf(after.property, `the property of ${label}`, refuse)
  if (after.comment !== before.comment)
    changes.comments.set(label, commentOf(after.comment, `the comment of ${label}`, refuse))
  if (after.setting === undefined) return
  try {
    typeSetting(after.setting, `the setting of ${label}`)
  } catch (error) {
    throw refuse(`gave back what cannot be: ${messageOf(error)}`)
  }
  changes.columns[label] = after.setting
}

function compareRelation(
  table: string,
  before: ModelRelation,
  after: ModelRelation | undefined,
  changes: ChangeSet,
  refuse: Refuse,
): void {
  const label = `the relation ${before.name} of ${table}`
  if (after === undefined)
    throw refuse(`left out ${label}: relations go with the tables and columns they are of.`)
  refuseOthers(before, after, ['name'], label, refuse)
  if (after.name === before.name) return
  const name = textOf(after.name, `the name of ${label}`, refuse)
  changes.relations[before.key] = { ...changes.relations[before.key], [NAME_OF_FORM[before.form]]: name }
}

/** Each thing with what has become of it; undefined where it was left out. */
function paired<Item extends object>(
  before: readonly Item[],
  after: unknown,
  of: {
    readonly what: string
    readonly one: string
    readonly labelOf: (item: Item) => string
    readonly refuse: Refuse
  },
): [Item, Item | undefined][] {
  const { what, one, refuse } = of
  if (!Array.isArray(after)) throw refuse(`gave back a model whose ${what} are no array.`)
  const found = new Map<string, Item>()
  const known = new Map(before.map((item) => [of.labelOf(item), item]))
  for (const [index, item] of (after as unknown[]).entries()) {
    const given = objectOf<Item>(item, `${what} with, at ${index},`, refuse)
    let label: string
    try {
      label = of.labelOf(given)
    } catch {
      throw refuse(`gave back ${what} with, at ${index}, what has no name.`)
    }
    if (!known.has(label))
      throw refuse(
        `gave back the ${one} ${label}, which is not in the schema.${didYouMean(label, [...known.keys()])}`,
      )
    if (found.has(label)) throw refuse(`gave back the ${one} ${label} twice.`)
    found.set(label, given)
  }
  return [...known].map(([label, item]) => [item, found.get(label)])
}

function objectOf<Shape extends object>(value: unknown, what: string, refuse: Refuse): Shape {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(`gave back ${what} that is no object. Give back the model, or nothing.`)
  // Its properties are compared one by one with those that were given.
  return value as Shape
}

/** Refuses changes of anything but these properties. */
function refuseOthers<Shape extends object>(
  before: Shape,
  after: Shape,
  changeable: readonly (keyof Shape & string)[],
  label: string,
  refuse: Refuse,
): void {
  if (after === before) return
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Shape & string>) {
    if (changeable.includes(key) || isDeepStrictEqual(before[key], after[key])) continue
    throw refuse(`changed ${key} of ${label}. What it may change there: ${changeable.join(', ')}.`)
  }
}

function textOf(value: unknown, what: string, refuse: Refuse): string {
  if (typeof value === 'string' && value !== '') return value
  throw refuse(`gave back ${what} as ${JSON.stringify(value) ?? 'nothing'}, which has to be a string.`)
}

function commentOf(value: unknown, what: string, refuse: Refuse): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw refuse(`gave back ${what} as ${JSON.stringify(value) ?? 'nothing'}, which has to be a string.`)
}

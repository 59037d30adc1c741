import { choicesOf } from '../../choices.js'
import { FieldError, OptionError } from '../../errors.js'
import { columnOf, propertiesOf } from '../../query/columns.js'
import { isComputed } from '../../query/expression/computed.js'
import { isExpression, RESOLVE, type ExpressionTarget } from '../../query/expression/resolve.js'
import type { QueryState } from '../../query/state.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { TableSchema, UniqueIndexSchema } from '../../schema/table.js'
import type { ColumnChange } from '../../sql/write/changes.js'
import type { ConflictTarget, IndexKey, OnConflict } from '../../sql/write/conflict.js'
import { changesOfBoth, conditionOf } from './changes-of-both.js'
import type { BulkCreateOptions } from '../options.js'

/** What `bulkCreate` does about rows that are there already; everything is checked before any I/O. */
export function conflictOf({ table, schemas }: QueryState, options: BulkCreateOptions): OnConflict {
  const { ignoreConflicts = false, updateConflicts = false, outcomes = false } = options
  if (ignoreConflicts && updateConflicts) {
    throw new OptionError('bulkCreate() takes ignoreConflicts or updateConflicts, not both.')
  }
  const own: ExpressionTarget = { table, schemas }
  const target = targetOf(own, options)
  if (!updateConflicts) {
    refuseUpdates(options)
    if (!ignoreConflicts && (target !== undefined || outcomes)) {
      throw new OptionError(
        'uniqueFields, uniqueIndex, uniqueWhere and outcomes of bulkCreate() need ignoreConflicts or updateConflicts: true.',
      )
    }
    if (outcomes && target === undefined) throw new OptionError(`outcomes of bulkCreate() ${NEEDS_TARGET}`)
    return ignoreConflicts ? { kind: 'ignore', ...(target && { target }) } : { kind: 'fail' }
  }
  if (target === undefined) throw new OptionError(`updateConflicts of bulkCreate() ${NEEDS_TARGET}`)
  const { updateWhere } = options
  return {
    ...{ kind: 'update', target, changes: changesOf(own, options) },
    ...(updateWhere !== undefined && {
      where: conditionOf({ ...own, excluded: true }, updateWhere, 'updateWhere'),
    }),
  }
}

const NEEDS_TARGET =
  'needs uniqueFields, the fields of the unique key by which rows are found, or uniqueIndex, the name of its index.'

/** Options that say what becomes of a row that is there need one that says that it is updated. */
function refuseUpdates(options: BulkCreateOptions): void {
  const given = (['updateFields', 'updateValues', 'updateWhere'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (given !== undefined) throw new OptionError(`${given} of bulkCreate() needs updateConflicts: true.`)
}

function changesOf(own: ExpressionTarget, options: BulkCreateOptions): ColumnChange[] {
  const changes = changesOfBoth({ ...own, excluded: true }, options, 'bulkCreate()')
  if (changes.length > 0) return changes
  throw new OptionError(
    'updateConflicts of bulkCreate() needs updateFields or updateValues: what an existing row is to get.',
  )
}

function targetOf(own: ExpressionTarget, options: BulkCreateOptions): ConflictTarget | undefined {
  const { uniqueFields, uniqueIndex, uniqueWhere } = options
  const { table } = own
  if (uniqueIndex !== undefined) {
    if (uniqueFields === undefined && uniqueWhere === undefined) return indexNamed(table, uniqueIndex)
    throw new OptionError('bulkCreate() takes uniqueIndex, or uniqueFields with uniqueWhere, not both.')
  }
  if (uniqueFields === undefined) {
    if (uniqueWhere === undefined) return undefined
    throw new OptionError('uniqueWhere of bulkCreate() needs uniqueFields.')
  }
  if (!Array.isArray(uniqueFields) || uniqueFields.length === 0) {
    throw new OptionError('uniqueFields of bulkCreate() is a list of at least one field.')
  }
  const keys = uniqueFields.map((each: unknown): IndexKey => {
    return isExpression(each) ? each[RESOLVE](own) : columnOf(table, each as string)
  })
  if (!isUnique(table, keys, uniqueWhere !== undefined)) throw notUnique(table, keys)
  if (uniqueWhere === undefined) return { keys }
  return { keys, predicate: conditionOf(own, uniqueWhere, 'uniqueWhere') }
}

function indexNamed(table: TableSchema, name: string): ConflictTarget {
  const indexes = table.uniqueIndexes ?? []
  const index = indexes.find((each) => each.name === name)
  if (index === undefined) {
    const names = indexes.map((each) => each.name)
    throw new FieldError(`${qualifiedName(table)} has no unique index "${name}". ${choicesOf(name, names)}.`)
  }
  const keys = index.keys.map((key) => (typeof key === 'string' ? columnOf(table, key) : key))
  const { predicate } = index
  return predicate === undefined ? { keys } : { keys, predicate: { sql: predicate } }
}

/** Whether there may be an index of these keys; which rows it is of, and by which expressions, the server decides. */
function isUnique(table: TableSchema, keys: readonly IndexKey[], isPartial: boolean): boolean {
  const { primaryKey, uniqueKeys, uniqueIndexes } = table
  const total = [primaryKey, ...uniqueKeys].map((fields): UniqueIndexSchema => ({ name: '', keys: fields }))
  const columns = keys.flatMap((key) => ('property' in key && !isComputed(key) ? [key.property] : []))
  const fits = (index: UniqueIndexSchema) => {
    const fields = index.keys.filter((key) => typeof key === 'string')
    const areSame = fields.length === columns.length && fields.every((field) => columns.includes(field))
    return areSame && index.keys.length === keys.length && (isPartial || index.predicate === undefined)
  }
  // Of tables that were written by hand the indexes are not known.
  const isKnown = uniqueIndexes !== undefined || (!isPartial && columns.length === keys.length)
  return !isKnown || [...total, ...(uniqueIndexes ?? [])].some(fits)
}

function notUnique(table: TableSchema, keys: readonly IndexKey[]): FieldError {
  const { primaryKey, uniqueKeys, uniqueIndexes = [] } = table
  const names = propertiesOf(keys.flatMap((key) => ('property' in key ? [key] : [])))
  const choices = [primaryKey, ...uniqueKeys]
    .filter((key) => key.length > 0)
    .map((key) => `[${key.join(', ')}]`)
  const others = uniqueIndexes
    .filter((index) => index.predicate !== undefined || index.keys.some((key) => typeof key !== 'string'))
    .map(indexText)
  const more = others.length === 0 ? '' : ` By uniqueIndex: ${others.join(', ')}.`
  return new FieldError(
    `uniqueFields of bulkCreate() on ${qualifiedName(table)} must be the fields of a unique key, not ` +
      `[${names.join(', ')}]. Choices: ${choices.join(', ') || 'none'}.${more}`,
  )
}

function indexText({ name, keys, predicate }: UniqueIndexSchema): string {
  const list = keys.map((key) => (typeof key === 'string' ? key : key.sql)).join(', ')
  return `"${name}" of (${list})${predicate === undefined ? '' : ` where ${predicate}`}`
}

import type { WriterFunction } from 'ts-morph'
import { serverLabel, serverType, subtypeOf, type TypeSchema } from '../../src/schema/type.js'
import { type LookupKind, lookupKind } from '../../src/types/lookup-kind.js'
import { groupBy } from '../group-by.js'
import type { ColumnModel, TableModel } from '../model/database-model.js'
import { typeMapper } from '../model/map-types.js'
import { arrayText, typeText, withoutAliases } from '../model/type-text.js'
import { propertyKey, stringLiteral } from './literal.js'
import { columnText, type Scope } from './row-interfaces.js'

/** The type of the engine's by what columns can be asked, and whether that depends on what they hold. */
const FIELDS = {
  null: { name: 'NullFields', hasOperand: false },
  equality: { name: 'EqualityFields', hasOperand: true },
  comparable: { name: 'ComparableFields', hasOperand: true },
  text: { name: 'TextFields', hasOperand: false },
  json: { name: 'JsonFields', hasOperand: false },
  array: { name: 'ArrayFields', hasOperand: true },
  unorderedArray: { name: 'UnorderedArrayFields', hasOperand: true },
  range: { name: 'RangeFields', hasOperand: true },
  multirange: { name: 'MultirangeFields', hasOperand: true },
} as const satisfies Record<LookupKind, object>

/** Types whose parts can be asked for as well. */
const PARTS = {
  date: { name: 'DateFields', hasOperand: true },
  timestamp: { name: 'TimestampFields', hasOperand: true },
  timestamptz: { name: 'TimestamptzFields', hasOperand: true },
  time: { name: 'TimeFields', hasOperand: true },
  interval: { name: 'IntervalFields', hasOperand: true },
  json: { name: 'DocumentFields', hasOperand: false },
  numeric: { name: 'NumericFields', hasOperand: true },
  float4: { name: 'NumericFields', hasOperand: true },
  float8: { name: 'NumericFields', hasOperand: true },
  tsvector: { name: 'VectorFields', hasOperand: false },
} as const

function fieldsOfType(type: TypeSchema) {
  const server = serverType(type)
  return typeof server === 'string' && Object.hasOwn(PARTS, server)
    ? PARTS[server as keyof typeof PARTS]
    : FIELDS[lookupKind(type)]
}

/** What a filter takes: the conditions that each column's type has, and those across relations. */
export function filterInterface(
  model: TableModel,
  doc: string,
  scope: Scope,
  tables?: string,
): WriterFunction {
  const { names, columns, kyselyName } = model
  const { type } = scope.imports
  const asked = columns.map((column) => ({ property: column.property, ...fieldsOf(column, scope) }))
  const fields = [...groupBy(asked, ({ name, operand }) => `${name} ${operand ?? ''}`).values()].map(
    (group) => {
      const keys = group.map(({ property }) => stringLiteral(property)).join(' | ')
      // A group has at least one.
      const [{ name, operand } = { name: 'NullFields' as const, operand: undefined }] = group
      return `${type(name, 'sluice')}<${[names.row, keys, ...(operand === undefined ? [] : [operand])].join(', ')}>`
    },
  )
  const table =
    tables === undefined
      ? `{ ${propertyKey(kyselyName)}: ${names.ownColumns ?? names.columns} }`
      : `${tables}, ${stringLiteral(kyselyName)}`
  const relations =
    model.relations.length === 0 ? [] : [`${type('RelationFields', 'sluice')}<${names.relations}>`]
  const conditions = `${type('Conditions', 'sluice')}<${names.filter}, ${table}>`
  const bases = [conditions, ...fields, ...relations]
  const text =
    bases.length > 1
      ? `export interface ${names.filter}\n  extends\n    ${bases.join(',\n    ')} {}`
      : // Linters take an interface that adds nothing to one other for a slip.
        `export type ${names.filter} = ${conditions}`
  return (writer) => {
    writer.blankLineIfLastNot().writeLine(`/** ${doc} */`).write(text).newLine()
  }
}

/** How a column can be asked; with what it takes where that does not follow from what rows hold. */
function fieldsOf(column: ColumnModel, scope: Scope) {
  const { type } = column.column
  const kind = lookupKind(type)
  const { name, hasOperand } = fieldsOfType(type)
  if (kind === 'json') return { name, operand: column.column.nullable ? 'null' : undefined }
  if (!hasOperand) return { name, operand: undefined }
  if (kind === 'range' || kind === 'multirange')
    return { name, operand: typeText(subtypeOf(type), 'input', scope) }
  const plain = withoutAliases(scope)
  const isGiven =
    column.refined !== undefined ||
    hasRefined(type, scope) ||
    columnText(column, 'input', plain) !== operandOf(columnText(column, 'row', plain))
  return { name, operand: isGiven ? columnText(column, 'input', scope) : undefined }
}

/** Whether the user has said what TypeScript makes of a type, or of a part of it. */
function hasRefined(type: TypeSchema, { refined }: Scope): boolean {
  let isFound = false
  typeMapper((part) => {
    isFound ||= refined.has(serverLabel(part))
    return part
  })(type)
  return isFound
}

/** As `OperandOf` has it. */
function operandOf(row: string): string {
  const element = /^(.*)\[\]$/.exec(row)?.[1]
  if (element !== undefined) return arrayText(operandOf(element.replace(/^\((.*)\)$/, '$1')), 'input')
  return { Date: 'Date | string', bigint: 'bigint | number', Buffer: 'Uint8Array' }[row] ?? row
}

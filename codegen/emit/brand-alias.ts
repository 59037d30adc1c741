import { StructureKind, type TypeAliasDeclarationStructure } from 'ts-morph'
import type { TableModel } from '../model/database-model.js'
import { typeText } from '../model/type-text.js'
import { docName } from './doc.js'
import { stringLiteral } from './literal.js'
import type { Scope } from './row-interfaces.js'

/** The type of the table's key, if that is branded. */
export function brandAlias({ brand, table }: TableModel, scope: Scope): TypeAliasDeclarationStructure[] {
  const column = table.columns.find(({ name }) => name === brand?.column)
  if (brand === undefined || column === undefined) return []
  const type = typeText(column.type, 'row', scope)
  return [
    {
      kind: StructureKind.TypeAlias,
      name: brand.name,
      isExported: true,
      docs: [
        `The ${docName(column.name)} of a row of ${docName(`${table.schema}.${table.name}`)}, and of no other table.`,
      ],
      type: `${type} & { readonly __brand: ${stringLiteral(brand.name)} }`,
      leadingTrivia: (writer) => writer.blankLineIfLastNot(),
    },
  ]
}

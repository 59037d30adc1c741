import type { DatabaseModel } from '../../codegen/model/database-model.js'
import { compare } from '../../codegen/naming/unique.js'

/** The relations of each table that has any, as `name → table`, with `[]` for many rows and `?` for at most one. */
export function relationsIn({ tables }: DatabaseModel): Record<string, string[]> {
  const entries = tables
    .filter(({ relations }) => relations.length > 0)
    .map(({ names, schema }): [string, string[]] => [
      names.property,
      (schema.relations ?? []).map(({ name, kind, nullable, target, through }) => {
        const end = kind === 'many' ? '[]' : nullable ? '?' : ''
        return `${name} → ${target}${end}${through === undefined ? '' : ` through ${through.table}`}`
      }),
    ])
  return Object.fromEntries(entries.sort(([left], [right]) => compare(left, right)))
}

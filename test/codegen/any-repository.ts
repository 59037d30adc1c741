import { qualifiedName } from '../../src/schema/qualified-name.js'
import type { ForeignKeySchema, Model, Repository } from 'sluice'

type Row = Record<string, unknown>

/** A repository whose table is only known at run time. */
export type AnyRepository = Repository<
  Model & { readonly row: Row; readonly insert: Row; readonly update: Row; readonly filter: Row }
>

/** A table by its qualified name. */
export function labelOf({ schema }: AnyRepository): string {
  return qualifiedName(schema)
}

/** Tables behind those they refer to, as far as they do not go round in a circle. */
export function parentsFirst(repositories: readonly AnyRepository[]): AnyRepository[] {
  const byName = new Map(repositories.map((repository) => [labelOf(repository), repository]))
  const sorted = new Set<AnyRepository>()
  const seen = new Set<AnyRepository>()
  const visit = (repository: AnyRepository | undefined): void => {
    if (repository === undefined || seen.has(repository)) return
    seen.add(repository)
    for (const key of repository.schema.foreignKeys) visit(byName.get(targetOf(key)))
    sorted.add(repository)
  }
  repositories.forEach(visit)
  return [...sorted]
}

/** What a foreign key refers to. */
export function targetOf({ references: { schema, table } }: ForeignKeySchema): string {
  return qualifiedName({ schema, name: table })
}

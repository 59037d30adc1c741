import { CodegenError } from '../../errors.js'
import { groupBy } from '../../group-by.js'
import { RESERVED_PROPERTIES } from '../../naming/property.js'
import type { Proposal } from './proposal.js'

/**
 * The names of one table's relations. Those the user set stand. Of the others, those that refer come before those that
 * are referred to, and these before links; of several that would have the same name none has it, but each its next
 * one. So the outcome depends on the set of keys alone.
 *
 * @param columns - the properties of the table's columns, which no relation hides, and what each is of.
 * @throws {@link CodegenError} when a name was set that something else has.
 */
export function chooseNames(
  proposals: readonly Proposal[],
  columns: ReadonlyMap<string, string>,
): Map<Proposal, string> {
  const chosen = setNames(proposals, columns)
  const taken = new Set([...RESERVED_PROPERTIES, ...columns.keys(), ...chosen.values()])
  for (const form of ['forward', 'inverse', 'through'] as const) {
    const open = proposals.filter((proposal) => proposal.form === form && proposal.set === undefined)
    const names = distinct(open, taken)
    for (const [proposal, name] of names) {
      chosen.set(proposal, name)
      taken.add(name)
    }
  }
  return chosen
}

/** What the user set, when that is possible. */
function setNames(
  proposals: readonly Proposal[],
  columns: ReadonlyMap<string, string>,
): Map<Proposal, string> {
  const chosen = new Map<Proposal, string>()
  const owners = new Map([...columns].map(([property, column]) => [property, `the column ${column}`]))
  for (const proposal of proposals) {
    const { set, table, key } = proposal
    if (set === undefined) continue
    const owner = owners.get(set)
    if (owner !== undefined) {
      throw new CodegenError(
        `The ${key.title} sets the relation name "${set}" in ${table.schema}.${table.name}, ` +
          `where ${owner} has that name. Choose another.`,
      )
    }
    owners.set(set, `the ${key.title}`)
    chosen.set(proposal, set)
  }
  return chosen
}

function distinct(proposals: readonly Proposal[], taken: ReadonlySet<string>): Map<Proposal, string> {
  const places = new Map(proposals.map((proposal) => [proposal, 0]))
  const nameAt = (proposal: Proposal) => proposal.candidates[places.get(proposal) ?? 0]
  for (;;) {
    const groups = groupBy(proposals, nameAt)
    const clashing = [...groups].flatMap(([name, group]) =>
      name === undefined || group.length > 1 || taken.has(name) ? group : [],
    )
    if (clashing.length === 0) {
      return new Map(
        [...groups].flatMap(([name, [proposal]]) =>
          name !== undefined && proposal !== undefined ? [[proposal, name] as const] : [],
        ),
      )
    }
    for (const proposal of clashing) {
      const place = (places.get(proposal) ?? 0) + 1
      if (place >= proposal.candidates.length) {
        throw new CodegenError(
          `Every name for a relation of the ${proposal.key.title} is taken. ` +
            `Set one: relations: { ${JSON.stringify(proposal.key.entry)}: { name: '…', inverse: '…' } }.`,
        )
      }
      places.set(proposal, place)
    }
  }
}

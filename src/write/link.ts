import { abortableWrite, type CallOptions } from '../kysely/abortable.js'
import type { Binding } from '../kysely/handle.js'
import { abortSignal, anything, checkOptions } from '../options.js'
import { isRecord } from '../query/assignment.js'
import type { Condition } from '../query/filter/condition.js'
import { linkedKeys, linkValues, refuseUnlessNullable, type Link } from '../query/related/linked.js'
import { scoped } from '../query/scoped/scoped.js'
import { initialState } from '../query/state.js'
import { linkCountsReader } from '../rows/statement-readers.js'
import { compute } from '../sql/expression/compute.js'
import * as links from '../sql/write/link.js'
import { defaultsOf } from './defaults.js'
import { Writer } from './writer.js'

/** What `add` and `set` take besides rows. */
export interface LinkOptions extends CallOptions {
  /** Of the link table's other columns, for new links: `{ isPrimary: true }`. */
  readonly values?: Readonly<Record<string, unknown>>
}

/** How many links `set` has made and removed. */
export interface LinksSet {
  /** How many links were made. */
  readonly added: number
  /** How many links were taken away. */
  readonly removed: number
}

/** Links rows; returns how many were not yet. */
export async function addLinks(
  binding: Binding,
  link: Link,
  rows: unknown,
  options: LinkOptions,
): Promise<number> {
  const { values, call } = checked(link, options, 'add')
  const change = { link, keys: linkedKeys(link, rows, 'add'), values: linkValues(link, values, 'add') }
  if (change.keys.length === 0) return 0
  return write(binding, link, call, (writer, within) =>
    writer.count((scope) =>
      link.relation.through === undefined
        ? links.giveOwner(scope, { ...change, within })
        : links.insertLinks(scope, change),
    ),
  )
}

/** Links these rows and no others; what is so already stays as it is. */
export async function setLinks(
  binding: Binding,
  link: Link,
  rows: unknown,
  options: LinkOptions,
): Promise<LinksSet> {
  refuseUnlessNullable(link, 'set')
  const { values, call } = checked(link, options, 'set')
  const change = { link, keys: linkedKeys(link, rows, 'set'), values: linkValues(link, values, 'set') }
  const set = link.relation.through === undefined ? links.setOwner : links.setLinks
  const [counts] = await write(binding, link, call, (writer, within) =>
    writer.read((scope) => set(scope, { ...change, within }, compute), linkCountsReader),
  )
  return { added: Number(counts?.added), removed: Number(counts?.removed) }
}

/** Unlinks rows, or all of them without any; returns how many were linked. */
export async function removeLinks(
  binding: Binding,
  link: Link,
  method: 'remove' | 'clear',
  rows: unknown,
  options: CallOptions,
): Promise<number> {
  refuseUnlessNullable(link, method)
  const keys = method === 'clear' ? undefined : linkedKeys(link, rows, method)
  if (keys?.length === 0) return 0
  return write(binding, link, options, (writer, within) =>
    writer.count((scope) =>
      link.relation.through === undefined
        ? links.takeOwner(scope, { link, within }, keys)
        : links.deleteLinks(scope, { link, within }, keys),
    ),
  )
}

function checked(link: Link, options: LinkOptions, method: string) {
  const { values, signal } = checkOptions(options, { values: anything, signal: abortSignal }, method)
  return { values: newValues(link, values), call: signal === undefined ? undefined : { signal } }
}

/** Of a link table, what new rows of it get; what follows from the rows that are linked is not among it. */
function newValues(link: Link, values: unknown): unknown {
  const defaults = link.relation.through === undefined ? undefined : defaultsOf(link)
  if (defaults === undefined || (values !== undefined && !isRecord(values))) return values
  const linking = [...link.owner.map(({ column }) => column), ...link.key].map(({ property }) => property)
  const others = Object.entries(defaults).filter(([property]) => !linking.includes(property))
  return { ...Object.fromEntries(others), ...values }
}

function write<T>(
  binding: Binding,
  { table, schemas }: Link,
  call: CallOptions | undefined,
  work: (writer: Writer, scope: Condition | undefined) => Promise<T>,
): Promise<T> {
  return abortableWrite(binding, call, (within) => {
    const { state, scope } = scoped(initialState(table, schemas))
    return work(Writer.on(within, state), scope)
  })
}

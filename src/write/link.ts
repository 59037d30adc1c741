import { abortableWrite, type CallOptions } from '../kysely/abortable.js'
import type { Binding } from '../kysely/handle.js'
import { abortSignal, anything, checkOptions } from '../options.js'
import { linkedKeys, linkValues, refuseUnlessNullable, type Link } from '../query/related/linked.js'
import { initialState } from '../query/state.js'
import { linkCountsReader } from '../rows/statement-readers.js'
import { compute } from '../sql/expression/compute.js'
import * as links from '../sql/write/link.js'
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
  const { values, call } = checked(options, 'add')
  const change = { link, keys: linkedKeys(link, rows, 'add'), values: linkValues(link, values, 'add') }
  if (change.keys.length === 0) return 0
  return write(binding, link, call, (writer) =>
    writer.count((scope) =>
      link.relation.through === undefined ? links.giveOwner(scope, change) : links.insertLinks(scope, change),
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
  const { values, call } = checked(options, 'set')
  const change = { link, keys: linkedKeys(link, rows, 'set'), values: linkValues(link, values, 'set') }
  const set = link.relation.through === undefined ? links.setOwner : links.setLinks
  const [counts] = await write(binding, link, call, (writer) =>
    writer.read((scope) => set(scope, change, compute), linkCountsReader),
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
  return write(binding, link, options, (writer) =>
    writer.count((scope) =>
      link.relation.through === undefined
        ? links.takeOwner(scope, link, keys)
        : links.deleteLinks(scope, link, keys),
    ),
  )
}

function checked(options: LinkOptions, method: string) {
  const { values, signal } = checkOptions(options, { values: anything, signal: abortSignal }, method)
  return { values, call: signal === undefined ? undefined : { signal } }
}

function write<T>(
  binding: Binding,
  { table, schemas }: Link,
  call: CallOptions | undefined,
  work: (writer: Writer) => Promise<T>,
): Promise<T> {
  return abortableWrite(binding, call, (within) => work(Writer.on(within, initialState(table, schemas))))
}

/** BEGIN for a stream's own transaction: one snapshot for all of its queries when it prefetches. */
export function beginStatement(readOnly: boolean, prefetches: boolean): string {
  const isolation = prefetches ? ' isolation level repeatable read,' : ''
  return `begin${isolation} read ${readOnly ? 'only' : 'write'}`
}

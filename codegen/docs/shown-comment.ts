import type { Commented } from '../introspect/catalog.js'

/** What is to be read of a comment, what is out of use first. */
export function shownComment({ comment = '', tags }: Commented): string {
  const { deprecated } = tags ?? {}
  if (deprecated === undefined) return comment
  return [deprecated === '' ? 'Deprecated.' : `Deprecated: ${deprecated}`, comment].join('\n').trim()
}

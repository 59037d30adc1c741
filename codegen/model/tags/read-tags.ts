import type { CommentTags } from '../../introspect/catalog.js'

/** What a comment says to people, and what its tags say to the generator. */
export interface ReadComment {
  readonly comment: string | undefined
  readonly tags: CommentTags
  /** Whether it asks to be left out. */
  readonly isHidden: boolean
}

/** A tag is all of a line, as in TSDoc and in PostGraphile's smart comments: what stands within a line is prose. */
const TAG = /^\s*@(deprecated|hidden|omit|type)(?::|(?!\S))(.*)$/

/**
 * Takes the tags out of a comment. What is no tag, or none that means something there, stays as it is.
 *
 * @param takesType - whether `@type` means something.
 */
export function readTags(comment: string | undefined, takesType: boolean): ReadComment {
  if (comment === undefined || !comment.includes('@')) return { comment, tags: {}, isHidden: false }
  const text: string[] = []
  const reasons: string[] = []
  let type: CommentTags['type']
  let isHidden = false
  for (const line of comment.split(/\r\n|[\n\r]/)) {
    const [, tag, rest = ''] = TAG.exec(line) ?? []
    const value = rest.trim()
    if (tag === 'deprecated') reasons.push(value)
    // PostGraphile's has a list of what not to do with it, such as "create,update", where it is to be there.
    else if (tag === 'hidden' || (tag === 'omit' && value === '')) isHidden = true
    else if (tag === 'type' && takesType) type = typeOf(value)
    else text.push(line)
  }
  const left = text.join('\n').trim()
  const deprecated = reasons.length === 0 ? undefined : reasons.join(' ').trim()
  return {
    comment: left === '' ? undefined : left,
    tags: { ...(deprecated !== undefined && { deprecated }), ...(type && { type }) },
    isHidden,
  }
}

/** `Preferences from './src/preferences.js'`, or a type that needs no import. */
function typeOf(text: string): CommentTags['type'] {
  const value = withoutBraces(text)
  const [word, module = ''] = value.split(/\s+/).slice(-2)
  const from = /^(["']?)([^"']+)\1$/.exec(module)?.[2]
  const type = value.slice(0, value.lastIndexOf('from', value.length - module.length - 1)).trim()
  return word !== 'from' || from === undefined || type === '' ? { type: value } : { type, import: from }
}

/** JSDoc has types in braces, `{string}`; those of an object have a colon in them. */
function withoutBraces(text: string): string {
  return /^\{[^:]*\}$/.test(text) ? text.slice(1, -1).trim() || text : text
}

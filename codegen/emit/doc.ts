import type { CommentTags } from '../introspect/catalog.js'

const LINE_BREAKS = /\r\n|[\n\r\u0085\u2028\u2029]/

/**
 * A comment of the database as the text of a TSDoc comment: it can neither end the comment nor be taken for a tag
 * or for the address of a source map.
 * Undefined when nothing is left to say.
 */
export function docText(...paragraphs: readonly (string | undefined)[]): string | undefined {
  const text = paragraphs
    .map((paragraph) => (paragraph === undefined ? '' : clean(paragraph)))
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
  return text === '' ? undefined : text
}

/** The same with the tags of what it is about, which TSDoc has last. */
export function taggedDoc(
  { tags }: { readonly tags?: CommentTags | undefined },
  ...paragraphs: readonly (string | undefined)[]
): string | undefined {
  const text = docText(...paragraphs)
  const { deprecated } = tags ?? {}
  if (deprecated === undefined) return text
  const tag = `@deprecated ${clean(deprecated).replaceAll('\n', ' ')}`.trimEnd()
  return text === undefined ? tag : `${text}\n\n${tag}`
}

/** A name in backticks, on one line, that can close neither them nor the comment. */
export function docName(name: string): string {
  return `\`${clean(name).replaceAll('\n', ' ').replaceAll('`', "'")}\``
}

function clean(text: string): string {
  return text
    .split(LINE_BREAKS)
    .map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, ' ').trimEnd())
    .join('\n')
    .trim()
    .replaceAll('*/', '*\\/')
    .replace(/(^|[\s{(])@/g, '$1\\@')
    .replace(/[#@](?=\s*source(?:Mapping)?URL)/g, '\\$&')
}

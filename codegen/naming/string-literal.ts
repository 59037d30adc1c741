/** Characters that an editor does not show, or shows elsewhere than they are. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** A string as a literal, whatever it holds. */
export function stringLiteral(text: string): string {
  const body = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  // ts-morph's writer takes a quote behind a backslash for no end, and would write into what it takes for a string.
  return `'${body.replace(/\\\\$/, '\\u{5c}').replace(INVISIBLE, escapeCodePoint)}'`
}

function escapeCodePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

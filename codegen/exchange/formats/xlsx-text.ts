/** What XML has no sign for, and what reads as the escape of one. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const UNWRITABLE = /[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]|_(?=x[\dA-Fa-f]{4}_)/g
const ESCAPED = /_x([\dA-Fa-f]{4})_/g

/** Text as a cell has it: what XML cannot hold by its number, as Excel writes it, `_x0001_`. */
export function escapedText(text: string): string {
  return text.replaceAll(
    UNWRITABLE,
    (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  )
}

export function unescapedText(text: string): string {
  return text.replaceAll(ESCAPED, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

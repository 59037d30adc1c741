/** What means something in Markdown, HTML or GitHub's dialect wherever it stands. */
const SPECIAL = /[\\`*{}[\]<>#|~&$!]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g

/** What would begin a list, a heading or a rule at the start of a line. */
const LEADING = /^(\d+)([.)])|^([-+=:])/

/** Text that Markdown shows as it is, its lines apart. */
export function plain(text: string): string {
  return visible(text)
    .split('\n')
    .map((line) => line.trim().replace(SPECIAL, '\\$&').replace(LEADING, escapeLeading))
    .join('<br>')
}

/** The same on one line, in code that it cannot end. */
export function code(text: string): string {
  const line = visible(text).replaceAll('\n', ' ')
  if (line.trim() === '') return plain(line)
  const runs = [...line.matchAll(/`+/g)]
  const longest = runs.reduce((most, [run]) => Math.max(most, run.length), 0)
  const fence = '`'.repeat(longest + 1)
  const padding = /^`|`$|^ .* $/.test(line) ? ' ' : ''
  return `${fence}${padding}${line}${padding}${fence}`
}

/** A name that a diagram takes for a label between quotes, and not for an order to turn the diagram. */
export function diagramLabel(text: string): string {
  return visible(text)
    .replace(/[^\p{L}\p{M}\p{N} .$-]/gu, '_')
    .replace(/(direction) +(?=TB|BT|LR|RL)/gi, '$1_')
}

/** A name that a diagram takes for a word, and not for the mark of a key. */
export function diagramWord(text: string): string {
  const word = text.replace(/\W/g, '_')
  return /^(?![PFU]K$)[A-Z_]/i.test(word) ? word : `_${word}`
}

function visible(text: string): string {
  return text
    .replace(/\r\n|[\r\u0085\u2028\u2029]/g, '\n')
    .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ')
    .trim()
}

function escapeLeading(_match: string, number?: string, end?: string, sign?: string): string {
  return number === undefined ? `\\${sign ?? ''}` : `${number}\\${end ?? ''}`
}

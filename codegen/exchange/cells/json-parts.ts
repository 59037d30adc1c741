const SPACE = /[ \t\r\n]*/y
const STRING = /"(?:[^"\\]|\\.)*"/y
const PLAIN = /[^,}\]"[{ \t\r\n]+/y

/** The members of an object by their texts, in which numbers have all their digits. The text is known to be JSON. */
export function membersOf(json: string): Map<string, string> {
  const members = new Map<string, string>()
  let at = behind(SPACE, json, json.indexOf('{') + 1)
  while (json[at] !== '}') {
    const endOfName = behind(STRING, json, at)
    const name = JSON.parse(json.slice(at, endOfName)) as string
    const start = behind(SPACE, json, behind(SPACE, json, endOfName) + 1)
    const end = endOfValue(json, start)
    members.set(name, json.slice(start, end))
    at = behind(SPACE, json, end)
    if (json[at] === ',') at = behind(SPACE, json, at + 1)
  }
  return members
}

/** The items of an array, as {@link membersOf}. */
export function itemsOf(json: string): string[] {
  const items: string[] = []
  let at = behind(SPACE, json, json.indexOf('[') + 1)
  while (json[at] !== ']') {
    const end = endOfValue(json, at)
    items.push(json.slice(at, end))
    at = behind(SPACE, json, end)
    if (json[at] === ',') at = behind(SPACE, json, at + 1)
  }
  return items
}

function endOfValue(json: string, start: number): number {
  let at = start
  let depth = 0
  do {
    const sign = json[at]
    if (sign === '"') at = behind(STRING, json, at)
    else if (sign === '{' || sign === '[') {
      depth++
      at++
    } else if (sign === '}' || sign === ']') {
      depth--
      at++
    } else if (sign === ',' || sign === ' ' || sign === '\t' || sign === '\r' || sign === '\n') at++
    else at = behind(PLAIN, json, at)
  } while (depth > 0)
  return at
}

function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

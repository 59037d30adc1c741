/** A text without the run of `character` at its end. An expression would look for that end at each of the run. */
export function withoutEnd(text: string, character: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === character) end--
  return text.slice(0, end)
}

/** Where the part of a JSON text that was read last ends, and the length of the whole; no bytes are kept by it. */
export const cursor = { at: 0, length: 0 }

/** What JSON.parse makes of a part of a document, which ends at the cursor then; undefined where it is not valid. */
export function parsedPart(text: string, end: number): unknown {
  cursor.at = end
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { utf8 } from '../text/bytes.js'

// The keys of JSON objects are few and come again and again: comparing their bytes with those of a known one is
// faster than making a string. All memory is taken once. A key may stand in one of a few slots from its hash on.
const slots = 1024
const choices = 4
/** The bytes of the longest key that is kept. */
export const longestKey = 32

const hashes = new Int32Array(slots)
const lengths = new Uint8Array(slots)
const slab = new Uint8Array(slots * longestKey)
const texts = new Array<string | undefined>(slots).fill(undefined)

let turn = 0

/** The key in `bytes[start, end)`, of the given hash, if it is a known one. */
export function knownKey(bytes: Buffer, start: number, end: number, hash: number): string | undefined {
  const length = end - start
  for (let choice = 0; choice < choices; choice++) {
    const slot = slotOf(hash, choice)
    if (hashes[slot] !== hash || lengths[slot] !== length) continue
    const place = slot * longestKey
    let at = 0
    while (at < length && slab[place + at] === bytes[start + at]) at++
    if (at === length) return texts[slot] ?? (texts[slot] = keyText(bytes, start, end))
  }
  return undefined
}

/**
 * Makes the key known when it comes the next time. Only its bytes are copied now: most keys that come once, such
 * as those of an object that maps ids, never come again.
 */
export function learnKey(bytes: Buffer, start: number, end: number, hash: number): void {
  const length = end - start
  turn = (turn + 1) % choices
  let slot = slotOf(hash, turn)
  for (let choice = 0; choice < choices && lengths[slot] !== 0; choice++) slot = slotOf(hash, choice)
  if (lengths[slot] !== 0) slot = slotOf(hash, turn)

  hashes[slot] = hash
  lengths[slot] = length
  texts[slot] = undefined
  const place = slot * longestKey
  for (let at = 0; at < length; at++) slab[place + at] = bytes[start + at]!
}

/** The key as a string; undefined where assigning to it may do something else than to add a property. */
export function keyText(bytes: Buffer, start: number, end: number): string | undefined {
  const text = utf8(bytes, start, end)
  return text in Object.prototype ? undefined : text
}

function slotOf(hash: number, choice: number): number {
  return ((hash ^ (hash >>> 10)) + choice) & (slots - 1)
}

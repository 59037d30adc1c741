// Node has had this method for ever; only its type is not published. It skips the checks of toString().
type SlicingBuffer = Buffer & { utf8Slice(start: number, end: number): string }

/** The UTF-8 text of `bytes[start, end)`. */
export function utf8(bytes: Buffer, start: number, end: number): string {
  // Crossing into native code costs more than reading a very short ASCII string here.
  if (end - start <= 4) {
    let text = ''
    let at = start
    for (; at < end; at++) {
      const byte = bytes[at]!
      if (byte > 127) break
      text += String.fromCharCode(byte)
    }
    if (at === end) return text
  }
  return (bytes as SlicingBuffer).utf8Slice(start, end)
}

import { isUtf8 } from 'node:buffer'
import { CodegenError } from '../errors.js'

/** What Node calls encodings of PostgreSQL's that it calls otherwise. */
const NAMES: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  unicode: 'utf-8',
  sqlascii: 'utf-8',
  euccn: 'gbk',
  eucjis2004: 'euc-jp',
  shiftjis2004: 'shift_jis',
  sjis: 'shift_jis',
  mskanji: 'shift_jis',
  uhc: 'euc-kr',
  win949: 'euc-kr',
  win936: 'gbk',
  win950: 'big5',
  win932: 'shift_jis',
  koi8: 'koi8-r',
  alt: 'ibm866',
  win866: 'ibm866',
  tcvn: 'windows-1258',
  abc: 'windows-1258',
  vscii: 'windows-1258',
}

/** ISO 8859's parts by PostgreSQL's numbers for Latin. */
const LATIN: Readonly<Record<string, number>> = { 2: 2, 3: 3, 4: 4, 5: 9, 6: 10, 7: 13, 8: 14, 9: 15, 10: 16 }

/** A declaration stands at the head of a dump. */
const HEAD = 1 << 16
const DECLARATION =
  /^[ \t]*(?:\\encoding[ \t]+|SET[ \t]+(?:client_encoding[ \t]*(?:=|TO)|NAMES)[ \t]*)['"]?([\w-]+)/im

/**
 * The text of a script: by its byte order mark, by the encoding that it declares, or as UTF-8.
 *
 * @throws CodegenError for bytes that are none of these, with the line where they are.
 */
export function decode(path: string, bytes: Buffer): string {
  const marked = utf16Of(bytes)
  if (marked !== undefined) return new TextDecoder(marked).decode(bytes)
  const declared = DECLARATION.exec(bytes.toString('latin1', 0, HEAD))?.[1]
  const name = declared === undefined ? 'utf-8' : nodeName(declared)
  if (name === undefined) {
    throw new CodegenError(
      `${path} is in the encoding ${String(declared)}, which is not known here. Convert it first, with iconv, or ` +
        'dump it again with pg_dump --encoding=UTF8.',
    )
  }
  if (name === 'utf-8' && !isUtf8(bytes)) throw notUtf8(path, bytes, declared)
  const text = textIn(name, bytes)
  if (text.includes('\0')) {
    throw new CodegenError(
      `${path}:${lineOf(bytes, bytes.indexOf(0))}: a byte of zero, which text does not have: is it a file of another kind?`,
    )
  }
  return text
}

/** What windows-1252 has in place of the control characters of Latin 1, from 80 to 9F. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** What is called iso-8859-1 on the web is windows-1252, and some versions of Node read that as Latin 1. */
function textIn(name: string, bytes: Buffer): string {
  if (name === 'latin1') return bytes.toString('latin1')
  if (name !== 'windows-1252') return new TextDecoder(name).decode(bytes)
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS.charAt(character.charCodeAt(0) - 0x80))
}

/** UTF-16 has a mark, or a zero beside each of the Latin letters that SQL begins with. */
function utf16Of(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const [first = 1, second = 1, third = 1, fourth = 1] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (bytes.length < 4 || bytes.length % 2 !== 0) return undefined
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le'
  return first === 0 && second !== 0 && third === 0 && fourth !== 0 ? 'utf-16be' : undefined
}

function nodeName(name: string): string | undefined {
  const key = name.toLowerCase().replaceAll(/[-_]/g, '')
  const latin = /^latin(\d+)$/.exec(key)?.[1]
  if (latin === '1' || key === 'iso88591') return 'latin1'
  const part = latin === undefined ? /^iso8859(\d+)$/.exec(key)?.[1] : LATIN[latin]
  const windows = /^win(?:dows)?(125\d|874)$/.exec(key)?.[1]
  const label =
    part !== undefined
      ? `iso-8859-${part}`
      : windows !== undefined
        ? `windows-${windows}`
        : (NAMES[key] ?? dashed(key))
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

/** `eucjp` as `euc-jp`, `koi8u` as `koi8-u`. */
function dashed(key: string): string {
  return key.replace(/^(euc|koi8)(?=.)/, '$1-')
}

function notUtf8(path: string, bytes: Buffer, declared: string | undefined): CodegenError {
  const line = lineOf(bytes, firstInvalid(bytes))
  const says = declared === undefined ? 'says nothing of an encoding' : `says that it is ${declared}`
  return new CodegenError(
    `${path}:${line}: these bytes are no UTF-8, and the file ${says}. Begin it with a line such as ` +
      "SET client_encoding = 'WIN1252'; or convert it: iconv -f WINDOWS-1252 -t UTF-8",
  )
}

/** Where the first line begins that is no UTF-8. */
function firstInvalid(bytes: Buffer): number {
  let start = 0
  for (let end = bytes.indexOf(0x0a) + 1; end > 0; end = bytes.indexOf(0x0a, end) + 1) {
    if (!isUtf8(bytes.subarray(start, end))) return start
    start = end
  }
  return start
}

function lineOf(bytes: Buffer, offset: number): number {
  let line = 1
  for (let at = bytes.indexOf(0x0a); at >= 0 && at < offset; at = bytes.indexOf(0x0a, at + 1)) line++
  return line
}

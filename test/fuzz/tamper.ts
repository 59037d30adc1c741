import * as fake from '../faults/fake-messages.js'
import type { Injectable, Mischief } from './mischief.js'

const HEADER = 5
const STATUSES = 'ITE'

/** Whether a message of the server's may be what the mischief is done to: what it does can be told from what was meant. */
export function canBe(kind: Mischief['kind'], message: Buffer): boolean {
  const type = typeOf(message)
  // A password is asked for with what is made up anew each time, and settings are what they are.
  if (kind === 'flip') return !'RSKNAE'.includes(type)
  return true
}

/**
 * Messages in the place of one. What cannot be told by anyone is not done: another value in a row, another count of rows
 * written, another of the three letters for how a transaction is.
 */
export function tamper(
  { kind, random, inject }: Mischief,
  message: Buffer,
  lastRow: Buffer | undefined,
): Buffer[] {
  switch (kind) {
    case 'drop':
      return []
    case 'double':
      return [message, message]
    case 'truncate':
      return [message.subarray(0, Math.max(1, message.length - 1 - (random % 8)))]
    case 'flip':
      return [flipped(message, random)]
    case 'garbage':
      return [garbage(random), message]
    case 'inject':
      return [injected(inject, random, lastRow), message]
    default:
      return [message]
  }
}

export function typeOf(message: Buffer): string {
  return String.fromCharCode(message[0] ?? 0)
}

function flipped(message: Buffer, random: number): Buffer {
  const copy = Buffer.from(message)
  const places = [0, 1, 2, 3, 4, ...structure(message)]
  const place = places[random % places.length] ?? 0
  const before = copy[place] ?? 0
  const after = before ^ (1 << ((random >> 8) % 8))
  copy[place] =
    typeOf(message) === 'Z' && place === HEADER && STATUSES.includes(String.fromCharCode(after)) ? 0 : after
  return copy
}

/** Where a message says how it is built. */
function structure(message: Buffer): number[] {
  switch (typeOf(message)) {
    case 'Z':
      return [HEADER]
    case 'T':
      return [HEADER, HEADER + 1]
    case 'D': {
      const places = [HEADER, HEADER + 1]
      let at = HEADER + 2
      while (at + 4 <= message.length) {
        places.push(at, at + 1, at + 2, at + 3)
        at += 4 + Math.max(0, message.readInt32BE(at))
      }
      return places
    }
    default:
      return []
  }
}

function garbage(random: number): Buffer {
  const bytes = Buffer.alloc(1 + (random % 40))
  for (let at = 0, state = random; at < bytes.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

function injected(type: Injectable, random: number, lastRow: Buffer | undefined): Buffer {
  switch (type) {
    case 'E':
      return fake.message('E', 'SERROR\0CXX000\0Mout of nowhere\0\0')
    case 'N':
      return fake.NOTICE
    case 'S':
      return fake.PARAMETER_STATUS
    case 'A':
      return fake.NOTIFICATION
    case 'D':
      return lastRow ?? fake.numberRow(1)
    case 'T':
      return fake.NUMBERS
    case 'C':
      return fake.commandComplete(['SELECT 1', 'INSERT 0 1', 'COMMIT', 'BEGIN'][random % 4] ?? '')
    case 'Z':
      return fake.message('Z', STATUSES[random % 3] ?? '')
    case 'R':
      return fake.AUTHENTICATION_OK
    case 'K':
      return fake.BACKEND_KEY
    case 'G':
    case 'H':
    case 'W':
      return fake.message(type, '\0', fake.int16(0))
    case 't':
      return fake.message('t', fake.int16(0))
    default:
      return fake.message(type)
  }
}

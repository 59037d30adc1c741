import type { Random } from '../queryset/random.js'

/** What breaks out of quotes, comments, templates, paths and identifiers, and what only looks harmless. */
const PIECES = [
  ...[
    'a',
    'b',
    'z',
    'A',
    'Z',
    '0',
    '9',
    '_',
    '__',
    ' ',
    '  ',
    '"',
    "'",
    '`',
    '${',
    '}',
    '{',
    '/',
    '//',
    '\\',
    '.',
    '..',
  ],
  ...[
    '*',
    '*/',
    '/*',
    '@',
    '#',
    '$',
    '$$',
    '-',
    '--',
    ';',
    ',',
    ':',
    '(',
    ')',
    '[',
    ']',
    '<',
    '>',
    '?',
    '!',
    '%',
    '&',
    '|',
  ],
  ...[
    '=',
    '+',
    '~',
    '^',
    '\n',
    '\r',
    '\t',
    '\u0001',
    '\u007f',
    '\u0085',
    '\u00a0',
    '\u00ad',
    '\u200b',
    '\u200d',
    '\u202e',
  ],
  ...['\u2028', '\u2029', '\ufeff', '\ufffd', '\u3164', '\ufe0f', '\u034f', '\u1c89', '\u0897', '\u30fb'],
  ...[
    'é',
    'e\u0301',
    'ß',
    'İ',
    'ı',
    'ǆ',
    'ﬁ',
    'ª',
    '·',
    'ⅷ',
    '用',
    'א',
    'ا',
    '\u0915\u094d',
    '💥',
    '👩‍🚀',
    '𝒳',
    '𐐀',
    '¹',
  ],
  ...[
    'user',
    'users',
    'Users',
    'id',
    'Id',
    'new',
    'filter',
    'model',
    'table',
    'schema',
    'row',
    'update',
    'repository',
  ],
] as const

const WORDS = [
  ...[
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'then',
    'valueOf',
    'hasOwnProperty',
    'and',
    'or',
    'not',
  ],
  ...[
    'id',
    'ID',
    'user',
    'users',
    'User',
    'new_user',
    'user_filter',
    'class',
    'default',
    'enum',
    'any',
    'string',
  ],
  ...[
    'index',
    'enums',
    'composites',
    'con',
    'NUL',
    'aux.ts',
    'com1',
    '..',
    '.',
    '/',
    '../../x',
    'date',
    'Buffer',
    'range',
  ],
  ...[
    'filter',
    'get',
    'create',
    'count',
    'all',
    'values',
    'some',
    'every',
    'none',
    'in',
    'exact',
    'excluded',
    't1',
    'n',
  ],
  ...[
    'order_items',
    'orderItems',
    'order items',
    'ORDER_ITEMS',
    'data',
    'series',
    'people',
    'statuses',
    'c0',
    'ctid_',
  ],
] as const

const LONGEST = 63

/** A name that PostgreSQL takes, and few programs do. */
export function wickedName(random: Random): string {
  if (random.below(3) === 0) return random.pick(WORDS)
  return cut(pieces(random, 1 + random.below(random.below(8) === 0 ? 40 : 5)), LONGEST) || 'x'
}

/** Names that are not the same to the server. */
export class WickedNames {
  readonly #random: Random
  readonly #taken: Set<string>

  constructor(random: Random, taken: readonly string[] = []) {
    this.#random = random
    this.#taken = new Set(taken)
  }

  next(): string {
    for (;;) {
      const name = wickedName(this.#random)
      if (this.#taken.has(name)) continue
      this.#taken.add(name)
      return name
    }
  }
}

/** A comment, or any other text. */
export function wickedText(random: Random): string {
  return pieces(random, 1 + random.below(20))
}

function pieces(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.pick(PIECES)).join('')
}

/** The beginning of a text that has so many bytes at most, without half a character. */
function cut(text: string, bytes: number): string {
  const characters = [...text]
  while (Buffer.byteLength(characters.join('')) > bytes) characters.pop()
  return characters.join('')
}

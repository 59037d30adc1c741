import { stringLiteral } from '../emit/literal.js'
import type { Library } from './library.js'

/** A declaration of the generated file that others are made of, written where one of them is used. */
export interface Helper {
  readonly needs?: readonly string[]
  readonly code: string | ((library: Library) => string)
}

const TIME = String.raw`(?:(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d(?:\.\d+)?|60(?:\.0+)?))?|24:00(?::00(?:\.0+)?)?)`
const OFFSET = String.raw`(?:Z|[+-]\d\d(?::?[0-5]\d){0,2})`
const DAY = String.raw`\d{4,7}-\d\d-\d\d`

function pattern(source: string, flags = ''): Helper {
  return { code: `/${source}/${flags}` }
}

/** A string of a pattern; `check` names a function that has to say yes as well. */
function text(takes: string, of: string, check?: string): Helper {
  const message = stringLiteral(`has to be ${takes}`)
  return {
    needs: [of, ...(check === undefined ? [] : [check])],
    code: (library) =>
      check === undefined
        ? library.matching(library.string, of, message)
        : library.checked(library.string, `(value) => ${of}.test(value) && ${check}(value)`, message),
  }
}

function integer(least: string, most: string): Helper {
  return { code: (library) => library.between(library.integer, least, most) }
}

const INT8 = ['-9223372036854775808n', '9223372036854775807n'] as const

/** By name: constants, unless their code says that it is a function. What they need comes before them. */
export const HELPERS: Readonly<Record<string, Helper>> = {
  STORABLE: pattern(String.raw`^[^\0\p{Surrogate}]*$`, 'u'),
  UUID: pattern('^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$', 'i'),
  DIGITS: pattern(String.raw`^-?\d{1,19}$`),
  DECIMAL: pattern(
    String.raw`^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$|^(?:nan|[+-]?inf(?:inity)?)$`,
    'i',
  ),
  DATE: pattern(`^(?:${DAY}(?: BC)?|-?infinity)$`),
  TIME: pattern(`^${TIME}$`),
  TIMETZ: pattern(`^${TIME} ?${OFFSET}$`),
  TIMESTAMP: pattern(`^(?:${DAY}[ T]${TIME}(?: BC)?|-?infinity)$`),
  TIMESTAMPTZ: pattern(`^(?:${DAY}[ T]${TIME} ?${OFFSET}(?: BC)?|-?infinity)$`),
  INTERVAL: pattern(String.raw`\d|infinity`, 'i'),
  BITS: pattern('^[01]*$'),
  CHAR: pattern(String.raw`^(?:[\x01-\x7f]?|\\[23][0-7]{2})$`),

  fits: {
    code: `/** Whether a text has at most so many characters, as PostgreSQL counts them. */
function fits(text: string, most: number): boolean {
  return text.length <= most || (text.length <= 2 * most && [...text].length <= most)
}`,
  },
  isDay: {
    code: String.raw`/** Whether a text begins with a day of the calendar, or is an infinity. */
function isDay(text: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d+)-(\d\d)-(\d\d)/.exec(text) ?? []
  if (year === '') return text.endsWith('infinity')
  const years = text.endsWith(' BC') ? 1 - Number(year) : Number(year)
  const last = new Date(Date.UTC(2000 + (((years % 400) + 400) % 400), Number(month), 0)).getUTCDate()
  return Number(year) > 0 && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last
}`,
  },
  hasDigits: {
    code: String.raw`/** Whether a number, rounded to its scale as PostgreSQL does, has no more digits than its precision. */
function hasDigits(value: string | number | bigint, precision: number, scale: number): boolean {
  const text = String(value)
  if (/nan|inf/i.test(text)) return /nan/i.test(text)
  const [, whole = '', fraction = '', exponent = '0'] = /^[+-]?(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const point = digits.length - fraction.length + Number(exponent)
  if (digits === '' || point < precision - scale) return true
  const isRoundedUp = /^9+$/.test(digits.slice(0, precision).padEnd(precision, '0')) && (digits[precision] ?? '0') >= '5'
  return point === precision - scale && !isRoundedUp
}`,
  },
  isJson: {
    needs: ['STORABLE'],
    code: `/** Whether a value is one of JSON; with \`storable\`, of texts that PostgreSQL can hold. */
function isJson(value: unknown, storable: boolean): boolean {
  const open = [value]
  const seen = new Set<unknown>()
  while (open.length > 0) {
    const item = open.pop()
    if (item === null || typeof item === 'boolean' || Number.isFinite(item) || seen.has(item)) continue
    if (typeof item === 'string') {
      if (storable && !STORABLE.test(item)) return false
      continue
    }
    if (typeof item !== 'object') return false
    if (!Array.isArray(item) && ![Object.prototype, null].includes(Object.getPrototypeOf(item))) return false
    seen.add(item)
    for (const [key, part] of Object.entries(item)) open.push(key, part)
  }
  return true
}`,
  },
  isJsonText: {
    code: `function isJsonText(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined
  } catch {
    return false
  }
}`,
  },
  isInt8: {
    needs: ['DIGITS'],
    code: `function isInt8(text: string): boolean {
  return DIGITS.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
}`,
  },

  bool: { code: (library) => library.boolean },
  int2: integer('-32768', '32767'),
  int4: integer('-2147483648', '2147483647'),
  oid: integer('0', '4294967295'),
  int8: { code: (library) => library.between(library.bigint, ...INT8) },
  safeInteger: { code: (library) => library.integer },
  int8Text: text('an int8 in digits', 'DIGITS', 'isInt8'),
  float4: {
    code: (library) => library.between(library.number, '-3.4028234663852886e38', '3.4028234663852886e38'),
  },
  float8: { code: (library) => library.number },
  bigint: { code: (library) => library.bigint },
  decimal: text('a number such as 12.50', 'DECIMAL'),
  text: text('text without U+0000 and halves of surrogate pairs', 'STORABLE'),
  uuid: text('a UUID', 'UUID'),
  char: text('one character of ASCII', 'CHAR'),
  bits: text('zeros and ones', 'BITS'),
  dateText: text('a day such as 2024-01-31', 'DATE', 'isDay'),
  timeText: text('a time such as 09:30:00', 'TIME'),
  timetzText: text('a time with its offset, such as 09:30:00+02', 'TIMETZ'),
  timestampText: text('a date and time without an offset, such as 2024-01-31 09:30:00', 'TIMESTAMP', 'isDay'),
  timestamptzText: text(
    'a date and time with its offset, such as 2024-01-31T09:30:00Z',
    'TIMESTAMPTZ',
    'isDay',
  ),
  intervalText: text('an interval such as P1DT2H', 'INTERVAL'),
  instant: { code: (library) => library.date },
  midnight: {
    code: (library) =>
      library.checked(
        library.date,
        '(value) => value.getTime() % 86_400_000 === 0',
        "'has to be midnight in UTC'",
      ),
  },
  bytes: { code: (library) => library.instance('Uint8Array') },
  buffer: { code: (library) => library.instance('Buffer') },
  json: {
    needs: ['isJson'],
    code: (library) =>
      library.custom('JsonValue', '(value) => isJson(value, false)', "'has to be a value of JSON'"),
  },
  jsonb: {
    needs: ['isJson'],
    code: (library) =>
      library.custom('JsonValue', '(value) => isJson(value, true)', "'has to be a value of JSON'"),
  },
  jsonText: text('JSON', 'STORABLE', 'isJsonText'),
}

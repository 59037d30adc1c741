import { pluralize, singularize } from 'inflection'

/** Letters and marks younger than Unicode 15: Node takes them in identifiers, TypeScript's own tables do not yet. */
const YOUNG =
  '\\u088F\\u0C5C\\u0CDC\\u1C89\\u1C8A\\u30FB\\uA7CB-\\uA7CF\\uA7D2\\uA7D4\\uA7DA-\\uA7DC\\uA7F1\\uFF65\\u0897\\u1ACF-\\u1AFF'

/**
 * A run of anything that cannot be in a JavaScript identifier on every engine, or cannot be seen, the underscore
 * included.
 */
const SEPARATORS = new RegExp(
  // eslint-disable-next-line regexp/no-dupe-characters-character-class, no-misleading-character-class -- ID_Continue grows
  `[\\P{ID_Continue}\\p{Default_Ignorable_Code_Point}\\u{10000}-\\u{10FFFF}${YOUNG}_]+`,
  'u',
)

/** `createdAt` → `created At`, `HTTPStatus` → `HTTP Status`. */
const HUMPS = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u

/** Words that are their own plural. */
const UNCOUNTABLE = new Set([
  ...['data', 'metadata', 'media', 'criteria', 'series', 'species', 'news', 'staff', 'analytics', 'physics'],
  ...[
    'logistics',
    'debris',
    'kudos',
    'tennis',
    'chaos',
    'information',
    'equipment',
    'fish',
    'dns',
    'gps',
    'css',
    'js',
  ],
  ...['aws', 'tls', 'https', 'feedback', 'software', 'hardware'],
])

/** Words that look like a plural and are none, or whose plural is irregular beyond what `inflection` knows. */
const SINGULARS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['data', 'metadata', 'media', 'criteria', 'schema', 'series', 'species', 'news', 'staff'],
      ...['lens', 'atlas', 'bias', 'plus', 'corpus', 'census', 'consensus', 'canvas', 'christmas', 'chaos'],
      ...['cosmos', 'debris', 'kudos', 'tennis', 'analytics', 'physics', 'logistics'],
      ...['gas', 'os', 'dns', 'gps', 'sms', 'css', 'js', 'aws', 'tls', 'https', 'yes', 'address', 'alias'],
    ].map((word) => [word, word]),
  ),
  sales: 'sale',
  details: 'detail',
  analyses: 'analysis',
  bonuses: 'bonus',
  caches: 'cache',
  cookies: 'cookie',
  corpora: 'corpus',
  focuses: 'focus',
  lenses: 'lens',
  schemas: 'schema',
  shoes: 'shoe',
}

/** Plurals that `inflection` does not know, those of the table above among them. */
const PLURALS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(SINGULARS)
      .filter(([many, one]) => many !== one)
      .map(([many, one]) => [one, many]),
  ),
  atlas: 'atlases',
  gas: 'gases',
  hero: 'heroes',
  leaf: 'leaves',
}

/**
 * The words of an SQL name: `order_items`, `orderItems` and `Order Items` all give `order`, `items`. What looks the same
 * is the same, however its accents are written.
 */
export function words(name: string): string[] {
  return name
    .normalize('NFC')
    .split(SEPARATORS)
    .flatMap((part) => part.split(HUMPS))
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())
}

/** Whether the words make an identifier as they are, with nothing put in front or in place of them. */
export function startsLikeIdentifier(parts: readonly string[]): boolean {
  return /^\p{ID_Start}/u.test(parts[0] ?? '')
}

/** `order_items` → `orderItems`. Always a valid identifier, never a reserved property of every object. */
export function camelCase(parts: readonly string[]): string {
  return identifier(join(parts.map((word, index) => (index === 0 ? word : capitalise(word)))), 'unnamed')
}

/** `order_items` → `OrderItems`. Always a valid identifier. */
export function pascalCase(parts: readonly string[]): string {
  return identifier(join(parts.map(capitalise)), 'Unnamed')
}

/** `order_items` → `order-items`: only a–z, 0–9 and inner hyphens, or nothing at all. */
export function kebabCase(parts: readonly string[]): string {
  return parts
    .map((word) => word.normalize('NFKD').replace(/[^a-z0-9]/g, ''))
    .filter((word) => word !== '')
    .join('-')
}

/** The words with the last one in the singular. */
export function singular(parts: readonly string[]): string[] {
  const last = parts.at(-1)
  if (last === undefined) return []
  return [...parts.slice(0, -1), Object.hasOwn(SINGULARS, last) ? SINGULARS[last]! : singularize(last)]
}

/** The words with the last one in the plural, which it may be in already. */
export function plural(parts: readonly string[]): string[] {
  const last = parts.at(-1)
  if (last === undefined) return []
  return [...parts.slice(0, -1), pluralWord(last)]
}

function pluralWord(word: string): string {
  // English endings suit neither other scripts nor what is a plural already.
  if (UNCOUNTABLE.has(word) || !/[a-z]$/.test(word) || singular([word])[0] !== word) return word
  return Object.hasOwn(PLURALS, word) ? PLURALS[word]! : pluralize(word)
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Two numbers that meet stay apart: `2024_01` is not `202401`. */
function join(parts: readonly string[]): string {
  const isSplit = (word: string, before = '') => /^\d/.test(word) && /\d/.test(before.slice(-1))
  return parts.map((word, index) => (isSplit(word, parts[index - 1]) ? `_${word}` : word)).join('')
}

function identifier(text: string, unnamed: string): string {
  if (text === '') return unnamed
  return /^[\p{ID_Start}$]/u.test(text) ? text : `_${text}`
}

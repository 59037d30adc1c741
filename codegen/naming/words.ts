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

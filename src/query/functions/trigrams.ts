import { anything, checkOptions } from '../../options.js'
import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { describe } from '../../types/describe.js'
import { calling, computed } from '../expression/computed.js'
import type { Argument, Expressed, Strict } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { isExpression, literal, resolveArgument, type ExpressionTarget } from '../expression/resolve.js'
import { textArgument } from './text.js'

/** Where an extension was made. */
export interface ExtensionOptions {
  /** The schema of the extension's functions and operators, whatever the `search_path` is. Default: `public`. */
  readonly schema?: string
}

/** How alike two texts are, from 0 to 1: `similarity(name, 'Ada')` of pg_trgm. A string in second place is the text. */
export const trigramSimilarity = comparing('trigramSimilarity', (schema, a, b) =>
  calling(`${schema}.similarity`, { type: 'float4' }, [a, b]),
)

/** The same of the text and the words in the field that are most like it: `word_similarity('Ada', name)`. */
export const trigramWordSimilarity = comparing('trigramWordSimilarity', (schema, a, b) =>
  calling(`${schema}.word_similarity`, { type: 'float4' }, [b, a]),
)

/** The same of whole words: `strict_word_similarity('Ada', name)`. */
export const trigramStrictWordSimilarity = comparing('trigramStrictWordSimilarity', (schema, a, b) =>
  calling(`${schema}.strict_word_similarity`, { type: 'float4' }, [b, a]),
)

/** 1 without the similarity, `name <-> 'Ada'`: a GiST index finds the least. */
export const trigramDistance = comparing('trigramDistance', (schema, a, b) =>
  between(schema, '<->', 'float4', a, b),
)

/** The same of words: `name <->> 'Ada'`. */
export const trigramWordDistance = comparing('trigramWordDistance', (schema, a, b) =>
  between(schema, '<->>', 'float4', a, b),
)

/** Without accents: `unaccent(name)` of the extension. */
export function unaccent<const A extends Argument>(
  argument: A,
  options: ExtensionOptions = {},
): QueryExpression<Strict<string, [A]>> {
  const schema = schemaOf(options, 'unaccent')
  return new QueryExpression([argument], (target) =>
    calling(`${schema}.unaccent`, { type: 'text' }, [textArgument(target, argument, 'unaccent')]),
  )
}

/** Operators of pg_trgm that are true or false, by the names of lookups. */
const SIMILAR: Readonly<Record<string, string>> = {
  trigramSimilar: '%',
  trigramWordSimilar: '%>',
  trigramStrictWordSimilar: '%>>',
}

/** Whether two texts are alike as far as pg_trgm's thresholds ask: `name % 'Ada'`. */
export function similar(
  target: ExpressionTarget,
  column: ColumnSchema,
  name: string,
  text: unknown,
  options: ExtensionOptions,
): ColumnSchema {
  return between(schemaOf(options, name), SIMILAR[name] ?? '%', 'bool', column, textOf(target, text, name))
}

function comparing(
  name: string,
  make: (schema: string, column: ColumnSchema, text: ColumnSchema) => ColumnSchema,
) {
  return <const A extends Argument>(
    argument: A,
    text: string | Expressed,
    options: ExtensionOptions = {},
  ): QueryExpression<Strict<number, [A]>> => {
    const schema = schemaOf(options, name)
    return new QueryExpression([argument, ...(isExpression(text) ? [text] : [])], (target) =>
      make(schema, textArgument(target, argument, name), textOf(target, text, name)),
    )
  }
}

function textOf(target: ExpressionTarget, text: unknown, name: string): ColumnSchema {
  if (typeof text === 'string') return literal(text, 'text', true)
  if (isExpression(text)) return resolveArgument(target, text, 'text')
  throw new FieldError(`${name} takes a text, not ${describe(text)}.`)
}

function between(
  schema: string,
  operator: string,
  type: string,
  left: ColumnSchema,
  right: ColumnSchema,
): ColumnSchema {
  const parts = ['(', ` operator(${schema}.${operator}) `, ')']
  const args = [left, right]
  return computed({ label: `${left.property} ${operator}`, type }, { kind: 'sql', parts, args }, args)
}

/** The schema, quoted: a name of an extension's could be one of anything else. */
function schemaOf(options: ExtensionOptions, name: string): string {
  const { schema = 'public' } = checkOptions(options, { schema: anything }, name, FieldError)
  if (typeof schema === 'string' && schema !== '' && schema.length < 64 && !schema.includes('\0'))
    return `"${schema.replaceAll('"', '""')}"`
  throw new FieldError(`${name} takes the name of a schema, not ${describe(schema)}.`)
}

import { anything, checkOptions, flag, oneOf, type OptionChecks } from '../../options.js'
import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { describe } from '../../types/describe.js'
import { baseName } from '../../types/same-type.js'
import { calling, computed, joining } from '../expression/computed.js'
import type { Argument, Expressed, Fixed, Strict } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { isExpression, literal, resolveArgument, type ExpressionTarget } from '../expression/resolve.js'
import { textArgument } from './text.js'

/** Options of full text search. */
export interface SearchOptions {
  /** The configuration, `english`: the one of an index, for that to serve. Default: the server's for the session. */
  readonly config?: string | undefined
}

/** How a text is read as what is searched: all words, words in this sequence, as search engines do, or PostgreSQL's syntax. */
export type SearchType = 'plain' | 'phrase' | 'websearch' | 'raw'

/** Options of what is searched. */
export interface SearchQueryOptions extends SearchOptions {
  /** Default: `plain`. */
  readonly type?: SearchType | undefined
}

const QUERIES: Readonly<Record<SearchType, string>> = {
  plain: 'plainto_tsquery',
  phrase: 'phraseto_tsquery',
  websearch: 'websearch_to_tsquery',
  raw: 'to_tsquery',
}

/**
 * The words of one text, or of several: `to_tsvector('english', title)`. What is a vector already is joined as it is, so that
 * parts have weights of their own. Django's `SearchVector`.
 *
 * ```ts
 * searchVector([searchVector('title', { weight: 'A' }), searchVector('body', { weight: 'B' })])
 * ```
 */
export function searchVector<const A extends Argument>(
  argument: A | readonly A[],
  options: SearchOptions & { readonly weight?: 'A' | 'B' | 'C' | 'D' } = {},
): QueryExpression<Strict<string, readonly A[]>> {
  const { config, weight } = checkOptions(
    options,
    { config: anything, weight: oneOf('weight', ['A', 'B', 'C', 'D']) },
    'searchVector',
    FieldError,
  )
  const args = [argument].flat() as readonly A[]
  if (args.length === 0) throw new FieldError('searchVector() takes at least one text.')
  const before = configured(config)
  return new QueryExpression(args, (target) => {
    const vectors = args.map((each) => vectorOf(target, each, before, args.length > 1))
    const vector = vectors.reduce((left, right) => joining('||', { type: 'tsvector' }, left, right))
    if (weight === undefined) return vector
    const parts = ['setweight(', `, '${weight}')`]
    return computed({ label: vector.property, type: 'tsvector' }, { kind: 'sql', parts, args: [vector] }, [
      vector,
    ])
  })
}

/**
 * What is searched, `plainto_tsquery('english', 'fat cat')`; a string is the text itself, and an expression computes it.
 * Django's `SearchQuery`.
 *
 * @throws While reading: {@link QueryError} for a `raw` one that is not PostgreSQL's syntax.
 */
export function searchQuery(
  text: string | Expressed,
  options: SearchQueryOptions = {},
): QueryExpression<Fixed<string>> {
  const { config, type = 'plain' } = checkOptions(
    options,
    { config: anything, type: oneOf('type', Object.keys(QUERIES)) },
    'searchQuery',
    FieldError,
  )
  const before = configured(config)
  return new QueryExpression([text].filter(isExpression), (target) =>
    withPrefix(QUERIES[type], before, 'tsquery', [wordsOf(target, text, 'searchQuery')]),
  )
}

/** How well words suit what is searched, from 0. Django's `SearchRank`. */
export interface SearchRankOptions extends SearchQueryOptions {
  /** What words of the weights D, C, B and A count. Default: 0.1, 0.2, 0.4 and 1. */
  readonly weights?: readonly [d: number, c: number, b: number, a: number]
  /** How the length of the text counts, as PostgreSQL's documentation has it. Default: 0, not at all. */
  readonly normalization?: number
  /** By how near the words are to each other: `ts_rank_cd`. Default: no. */
  readonly coverDensity?: boolean
}

/** `ts_rank(to_tsvector(title), plainto_tsquery('fat cat'))`; a string in second place is the text that is searched. */
export function searchRank<const A extends Argument>(
  vector: A,
  query: string | Expressed,
  options: SearchRankOptions = {},
): QueryExpression<Strict<number, [A]>> {
  const checks = {
    config: anything,
    type: anything,
    weights: anything,
    normalization: anything,
    coverDensity: flag,
  }
  const {
    config,
    type,
    weights,
    normalization = 0,
    coverDensity = false,
  } = checkOptions(options, checks, 'searchRank', FieldError)
  const before = configured(config)
  return new QueryExpression(
    [vector, query].filter((each) => each === vector || isExpression(each)),
    (target) => {
      const weighted =
        weights === undefined ? [] : [literal(weights, { kind: 'array', element: 'float4' }, true)]
      const args = [
        ...weighted,
        vectorOf(target, vector, before, false),
        queryOf(target, query, { config, type }),
        literal(normalization, 'int4', true),
      ]
      return calling(coverDensity ? 'ts_rank_cd' : 'ts_rank', { type: 'float4' }, args)
    },
  )
}

/** How a headline is cut; see PostgreSQL's `ts_headline`. */
export interface SearchHeadlineOptions extends SearchQueryOptions {
  /** What is put in front of a word that was found. The server's default: `<b>`. */
  readonly startSel?: string
  /** What is put behind it. The server's default: `</b>`. */
  readonly stopSel?: string
  /** The most words of a headline. The server's default: 35. */
  readonly maxWords?: number
  /** The fewest words of a headline. The server's default: 15. */
  readonly minWords?: number
  /** Words of so many letters or fewer are dropped at its ends. The server's default: 3. */
  readonly shortWord?: number
  /** The whole text is the headline; the lengths are not looked at. Default: false. */
  readonly highlightAll?: boolean
  /** The most parts of the text that are shown. The server's default: 0, one that goes by words. */
  readonly maxFragments?: number
  /** What is put between parts. The server's default: ` ... `. */
  readonly fragmentDelimiter?: string
}

const HEADLINE = {
  startSel: 'StartSel',
  stopSel: 'StopSel',
  maxWords: 'MaxWords',
  minWords: 'MinWords',
  shortWord: 'ShortWord',
  highlightAll: 'HighlightAll',
  maxFragments: 'MaxFragments',
  fragmentDelimiter: 'FragmentDelimiter',
} as const

/** Pieces of a text with what was found between `<b>` and `</b>`: `ts_headline(body, query)`. The text is not escaped. */
export function searchHeadline<const A extends Argument>(
  argument: A,
  query: string | Expressed,
  options: SearchHeadlineOptions = {},
): QueryExpression<Strict<string, [A]>> {
  const names = Object.keys(HEADLINE) as (keyof typeof HEADLINE)[]
  const checks = Object.fromEntries(['config', 'type', ...names].map((name) => [name, anything]))
  // One check for each of the options.
  const all = checks as OptionChecks<SearchHeadlineOptions>
  const given = checkOptions(options, all, 'searchHeadline', FieldError)
  const { config, type } = given
  const before = configured(config)
  const settings = names.flatMap((name) => {
    const value = given[name]
    return value === undefined ? [] : [`${HEADLINE[name]}="${String(value).replaceAll('"', '""')}"`]
  })
  return new QueryExpression(
    [argument, query].filter((each) => each === argument || isExpression(each)),
    (target) =>
      withPrefix('ts_headline', before, 'text', [
        textArgument(target, argument, 'searchHeadline'),
        queryOf(target, query, { config, type }),
        literal(settings.join(', '), 'text', true),
      ]),
  )
}

/** Whether words of a text, or a vector, meet what is searched: `to_tsvector(title) @@ plainto_tsquery('cat')`. */
export function matching(
  target: ExpressionTarget,
  column: ColumnSchema,
  query: string | Expressed,
  options: SearchQueryOptions,
): ColumnSchema {
  const before = configured(options.config)
  const vector = isVector(column) ? column : withPrefix('to_tsvector', before, 'tsvector', [column])
  return joining('@@', { type: 'bool' }, vector, queryOf(target, query, options))
}

function queryOf(target: ExpressionTarget, query: unknown, options: SearchQueryOptions): ColumnSchema {
  if (isExpression(query)) {
    const resolved = resolveArgument(target, query)
    if (baseName(resolved.type) === 'tsquery') return resolved
  }
  return resolveArgument(target, searchQuery(query as string, options))
}

function vectorOf(
  target: ExpressionTarget,
  argument: Argument,
  config: string,
  joins: boolean,
): ColumnSchema {
  const given = resolveArgument(target, argument, 'text')
  if (isVector(given)) return joins ? orEmpty(given, 'tsvector') : given
  const text = textArgument(target, argument, 'searchVector')
  return withPrefix('to_tsvector', config, 'tsvector', [joins ? orEmpty(text, 'text') : text])
}

/** One of several that is NULL would make all of them so. */
function orEmpty(column: ColumnSchema, type: 'text' | 'tsvector'): ColumnSchema {
  if (!column.nullable) return column
  const parts = ['coalesce(', `, '')`]
  return computed({ label: column.property, type, nullable: false }, { kind: 'sql', parts, args: [column] }, [
    column,
  ])
}

function isVector(column: ColumnSchema): boolean {
  return baseName(column.type) === 'tsvector'
}

function wordsOf(target: ExpressionTarget, text: unknown, name: string): ColumnSchema {
  if (typeof text === 'string') return literal(text, 'text', true)
  if (isExpression(text)) return textArgument(target, text, name)
  throw new FieldError(`${name}() takes a text, not ${describe(text)}.`)
}

/** The first argument of search functions, as an index has it: no parameter. */
function configured(config: unknown): string {
  if (config === undefined) return ''
  if (typeof config === 'string' && /^\w{1,63}(?:\.\w{1,63})?$/.test(config)) return `'${config}', `
  throw new FieldError(
    `config is the name of a text search configuration, such as "english", not ${describe(config)}.`,
  )
}

/** `name('english', argument, …)`. */
function withPrefix(name: string, before: string, type: string, args: readonly ColumnSchema[]): ColumnSchema {
  const parts = [...args.map((_, index) => (index === 0 ? `${name}(${before}` : ', ')), ')']
  const label = `${name}(${args.map(({ property }) => property).join(', ')})`
  return computed({ label, type }, { kind: 'sql', parts, args }, args)
}

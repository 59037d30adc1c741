import { escapeLiteral } from 'pg'
import { hostileNames, hostileStrings } from './corpus.js'

/** A table with a column of every kind that holds text, compared by bytes. */
export const itemsTable = `
  create type pair as ("first" text, "second, (part)" text collate "C");
  create type textrange as range (subtype = text, collation = "C");
  create type mood as enum (${hostileNames.map(escapeLiteral).join(', ')});
  create domain note as text collate "C";
  create table items (
    id integer primary key, label text collate "C" not null, code varchar collate "C", comment note, tag name, mood mood,
    moods mood[], texts text[] collate "C", doc jsonb, word jsonb, docs jsonb[], raw json, pair pair, pairs pair[],
    span textrange, spans textmultirange, bytes bytea
  );`

/** What a row of `items` makes of a string, in every column that can hold it. */
export function itemOf(text: string, id: number): Record<string, unknown> {
  const isName = hostileNames.includes(text)
  return {
    id,
    label: text,
    code: text,
    comment: text,
    tag: isName ? text : null,
    mood: isName ? text : null,
    moods: isName ? [text, null] : null,
    texts: [text, `${text}!`, null],
    doc: documentOf(text),
    word: text,
    docs: [documentOf(text), text],
    raw: documentOf(text),
    pair: pairOf(text),
    pairs: [pairOf(text), null],
    span: spanOf(text),
    spans: [spanOf(text)],
    bytes: Buffer.from(text),
  }
}

/** A row for each of the strings. */
export const items = hostileStrings.map((text, index) => itemOf(text, index + 1))

/** The string as a key and as a value. */
export function documentOf(text: string): Record<string, unknown> {
  // A literal would set the prototype by `__proto__`.
  return Object.fromEntries<unknown>([
    [text, text],
    ['"list', [text, { [`${text}'`]: null }]],
  ])
}

export function pairOf(text: string): Record<string, unknown> {
  return { first: text, 'second, (part)': `${text},` }
}

export function spanOf(text: string) {
  return { lower: text, upper: `${text}~`, bounds: '[]' }
}

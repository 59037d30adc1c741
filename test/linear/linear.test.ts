import { DatabaseError } from 'pg'
import { describe, expect, it } from 'vitest'
import { code, diagramLabel, diagramWord, plain } from '../../codegen/docs/escape.js'
import { markdownTable } from '../../codegen/docs/table-section.js'
import { docName, docText } from '../../codegen/emit/doc.js'
import { propertyKey, stringLiteral } from '../../codegen/emit/literal.js'
import { nodesOf, readNodeTree } from '../../codegen/introspect/node-tree.js'
import { SettingsReader } from '../../codegen/model/relations/settings.js'
import { camelCase, kebabCase, pascalCase, words } from '../../codegen/naming/words.js'
import { inOrder } from '../../codegen/schema-files/file-order.js'
import { decode } from '../../codegen/script-text/encoding.js'
import { foreignText } from '../../codegen/script-text/format.js'
import { upSections } from '../../codegen/script-text/up-sections.js'
import {
  withoutElementAt,
  withoutOwner,
  withoutRoleStatements,
  withoutTablespace,
} from '../../codegen/sql-script/edits.js'
import { subjectOf, takesData, withoutBearing } from '../../codegen/sql-script/left-out.js'
import { readArguments } from '../../codegen/sql-script/psql/arguments.js'
import { copyOf } from '../../codegen/sql-script/psql/command.js'
import { ScriptScanner } from '../../codegen/sql-script/scanner.js'
import { abbreviate } from '../../src/connection/abbreviate.js'
import { checkConnectionString } from '../../src/connection/connection-string.js'
import { UsageError } from '../../src/errors.js'
import { withoutValues } from '../../src/pg/database-error.js'
import { refuseAsCommit } from '../../src/pg/free-hand.js'
import { TEXT_LOOKUPS } from '../../src/query/lookups/text.js'
import { CallSite } from '../../src/queryset/calls/call-site.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import { SchemaRegistry } from '../../src/schema/registry.js'
import type { TypeSchema } from '../../src/schema/type.js'
import { ConnectionParameters } from '../../src/settings/connection-parameters.js'
import { hostsOf, withOneHost } from '../../src/settings/hosts.js'
import { baseTypes } from '../../src/types/base-types.js'
import type { Codec } from '../../src/types/codec.js'
import { codecFor } from '../../src/types/codec-for.js'
import { explainWriteFailure } from '../../src/write/write-failure.js'
import { schema } from '../../generated/index.js'
import { isLinear } from './growth.js'
import { WORST } from './worst.js'

const usersSchema = schema.table('public.users')

const registry = new SchemaRegistry([usersSchema])

function serverError(code: string, text: string): DatabaseError {
  const fields = { code, detail: text, constraint: 'any', schema: 'public', table: 'users' }
  return Object.assign(new DatabaseError(text, 0, 'error'), fields)
}

const key = { name: 'k', columns: ['a'], schema: 'public', table: 't' } as never
const table = { schema: 'public', name: 't', foreignKeys: [key] } as never

/** Every place that reads what a user or a server can write, and is given all of {@link WORST}. */
const PLACES: Record<string, (text: string) => unknown> = {
  'the DETAIL of a violation': (text) =>
    explainWriteFailure(serverError('23505', text), usersSchema, registry, 'insert'),
  'the message of bad data': (text) => withoutValues(serverError('22P02', text)),
  'the SQL of a COMMIT': (text) => refuseAsCommit(text, { command: 'ROLLBACK' } as never, new Error('x')),
  'SQL in a message': abbreviate,
  'a connection string': checkConnectionString,
  'the hosts of a connection string': (text) => [
    withOneHost(`postgres://${text}`),
    hostsOf(new ConnectionParameters({ connectionString: `postgres://${text}`, host: text })),
  ],
  'the stack of an error': (text) => new CallSite().addTo(new UsageError(text)),
  'a pattern': (text) => TEXT_LOOKUPS['contains']?.({ label: 'x' } as never, text, 'contains'),
  'a name with its schema': (name) => qualifiedName({ schema: name, name }),
  'the words of a name': (name) => [camelCase, pascalCase, kebabCase].map((make) => make(words(name))),
  'a statement of a script': (text) => [
    ...[withoutBearing(text), subjectOf(text), takesData(`copy ${text}`), withoutBearing(`select ${text}`)],
    ...[withoutTablespace(text), withoutOwner(text), withoutElementAt(`create table t (${text})`, 20)],
    withoutRoleStatements(`do $$ ${text} $$`),
  ],
  'the bytes of a script': (text) => decode('x.sql', Buffer.from(text)),
  'a migration': (text) => [upSections(text), foreignText(text, text)],
  'the arguments of a psql command': (text) => [
    readArguments(text, 0, { get: () => text }),
    copyOf(`\\copy ${text}`),
  ],
  'the names of migrations': (text) => inOrder([text, `V${text}__a.sql`, `1${text}`]),
  'a comment in the code': (text) => [docText(text), docName(text)],
  'a literal in the code': (text) => [stringLiteral(text), propertyKey(text)],
  'a comment in the page': (text) => [plain(text), code(text), diagramLabel(text), diagramWord(text)],
  'a cell of a table in the page': (text) => markdownTable([text], [[text]]),
  'a parsed view': (text) => [...nodesOf(readNodeTree(text))],
  'the comment of a foreign key': (comment) =>
    new SettingsReader({}, [table]).read(table, { ...(key as object), comment } as never),
  'a script': (text) => {
    const scanner = new ScriptScanner(text)
    while (scanner.next() !== undefined);
    return new ScriptScanner(text).takeCopyData()
  },
}

describe.each(Object.entries(PLACES))('%s is read in linear time', (_, read) => {
  it.each(Object.entries(WORST))('of %s', (_, worst) => {
    expect(isLinear((size) => read(worst(size)))).toBe(true)
  })
})

/** How every base type is read and written, those alike once, and one of each kind of type that is made of others. */
const CODECS = new Map(
  [
    ...baseTypes.flatMap(({ readings }) => readings.map(({ codec }) => codec)),
    ...madeOf().map((type) => codecFor(type)),
  ].map((codec) => [`${codec.decodeText.toString()} ${codec.encode.toString()}`, codec]),
)

function madeOf(): TypeSchema[] {
  const name = { schema: 'public', name: 'made' }
  const range = { kind: 'range', ...name, subtype: 'numeric' } as const
  return [
    { kind: 'array', element: 'text' },
    { kind: 'array', element: 'numeric' },
    { kind: 'enum', ...name, labels: ['good'] },
    range,
    { kind: 'multirange', ...name, range },
    { kind: 'composite', ...name, fields: [{ property: 'a', name: 'a', type: 'text' }] },
  ]
}

/** Each way by which a text goes through a type. */
function* waysOf({ decodeText, decodeBinary, encode }: Codec, text: string): Iterable<() => unknown> {
  yield () => decodeText(text)
  for (const value of [text, [text], { a: text }, { lower: text, upper: null, bounds: '[)' }]) {
    yield () => encode(value)
  }
  if (decodeBinary === undefined) return
  const bytes = Buffer.from(text)
  yield () => decodeBinary(bytes, 0, bytes.length)
}

function attempt(work: () => unknown): void {
  try {
    work()
  } catch {
    // Refused.
  }
}

function slowest(work: (text: string) => void): string[] {
  return Object.entries(WORST)
    .filter(([, worst]) => !isLinear((size) => work(worst(size))))
    .map(([name]) => name)
}

describe.each([...CODECS.values()].map((codec) => [codec.name, codec] as const))('%s', (_, codec) => {
  it('is read and written in linear time', () => {
    const slow = slowest((text) => {
      for (const way of waysOf(codec, text)) attempt(way)
    })
    expect(slow).toEqual([])
  })
})

const comparable = baseTypes.filter(({ canonical }) => canonical !== undefined)

it.each(comparable.map((type) => [type.name, type]))('%s is compared in linear time', (_, { canonical }) => {
  expect(slowest((text) => canonical?.(text))).toEqual([])
})

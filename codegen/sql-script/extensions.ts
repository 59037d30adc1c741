import { CodegenError, messageOf } from '../errors.js'
import { nameIn, tokensOf } from './tokens.js'

/** A statement about an extension. */
export interface ExtensionStatement {
  readonly verb: 'create' | 'alter' | 'drop' | 'comment'
  readonly name: string
}

/** What a statement does to an extension; undefined where it does something else. */
export function extensionOf(text: string): ExtensionStatement | undefined {
  const words: string[] = []
  for (const token of tokensOf(text)) {
    words.push(token.text)
    if (words.length === 8) break
  }
  const found = /^(create|alter|drop|comment on) extension (?:if (?:not )?exists )?/.exec(words.join(' '))
  if (found === null) return undefined
  const name = words[found[0].trim().split(' ').length]
  const verb = found[1] === 'comment on' ? 'comment' : (found[1] as ExtensionStatement['verb'])
  return name === undefined ? undefined : { verb, name: nameIn(name) }
}

/** What to do about an extension that the server does not have, or does not let be made. */
export function missingExtension(place: string, name: string, error: unknown): CodegenError {
  return new CodegenError(
    [
      `${place}: the extension ${name} cannot be made on this server: ${messageOf(error)}`,
      'Three ways on:',
      '  --url postgres://…            reads a database that has it',
      '  DATABASE_URL=postgres://…     loads the schema on a server that has it, in a scratch database',
      `  --skip-extensions ${name}     leaves it out, and what hangs on it; or skipExtensions: ['${name}']`,
    ].join('\n'),
    { cause: error },
  )
}

/** What scripts often use of extensions that were made for them elsewhere: types, operator classes and functions. */
const CONTENTS: readonly (readonly [extension: string, names: RegExp])[] = [
  ['citext', /^citext$/],
  ['hstore', /^hstore$/],
  ['ltree', /^(?:ltree|lquery)$/],
  ['pg_trgm', /^(?:g(?:in|ist)_trgm_ops|similarity)$/],
  ['pgcrypto', /^(?:gen_random_bytes|gen_salt|crypt|digest|hmac|pgp_\w+)$/],
  ['postgis', /^(?:geometry|geography|box2d|raster|st_\w+)$/],
  ['unaccent', /^unaccent$/],
  ['uuid-ossp', /^uuid_generate_v\w+$/],
  ['vector', /^(?:vector|halfvec|sparsevec|vector_\w+_ops)$/],
]

/** Schemas that the databases of a platform begin with. */
const PLATFORMS: Readonly<Record<string, string>> = {
  auth: 'Supabase',
  storage: 'Supabase',
  extensions: 'Supabase',
  hdb_catalog: 'Hasura',
}

/** Where something that is missing would have come from, and what to do; undefined where that is not known. */
export function originOf(error: unknown): string | undefined {
  const { code = '', message } = error as { readonly code?: string; readonly message: string }
  if (!/^(?:42704|42883|42P01|3F000)$/.test(code)) return undefined
  const found = /^(type|function|schema|relation|operator class) "?([\w.]+)/.exec(message)
  if (found === null) return undefined
  const [, kind, path = ''] = found
  const [schema = '', ...names] = path.split('.')
  const platform =
    (kind === 'schema' || names.length > 0) && Object.hasOwn(PLATFORMS, schema)
      ? PLATFORMS[schema]
      : undefined
  if (platform !== undefined) {
    return `${platform} makes the schema ${schema} in its databases: run the scripts there, and read that by --url postgres://…`
  }
  const name = names.at(-1) ?? schema
  const extension = CONTENTS.find(([, pattern]) => pattern.test(name))?.[0]
  return (
    extension &&
    `${name} is of the extension ${extension}, which no script has made so far: make it in one before, --schema extensions.sql, ` +
      `with create extension "${extension}"`
  )
}

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

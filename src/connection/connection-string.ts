import { UsageError } from '../errors.js'
import { withOneHost } from '../settings/hosts.js'
import { asUrl } from '../settings/keyword-string.js'

const ADVICE =
  'A connection string looks like postgres://user:password@host:5432/database. In a password, write %23 for #, ' +
  '%25 for %, %2F for /, %3A for :, %3F for ? and %40 for @.'

/** A password that is not encoded ends host and port at its first sign, and the rest of it would show in errors. */
const STRAY_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*(?:\/[^?]*|\?[^=]*|#.*)@/i

/**
 * Refuses what pg would take apart wrongly, and then tell in an error which host, port or database it did not find:
 * that may be a part of the password.
 *
 * @throws {@link UsageError} that does not repeat the text.
 */
export function checkConnectionString(text: string): void {
  if (isReadable(text)) return
  throw new UsageError(
    `The connectionString cannot be read. It is not repeated here, since it may hold a password. ${ADVICE}`,
  )
}

/** What to tell of an error that pg's reading of a connection string threw. */
export function explainUnreadable(error: Error): string | undefined {
  const isUnreadable =
    error.name === 'URIError' || (error as NodeJS.ErrnoException).code === 'ERR_INVALID_URL'
  return isUnreadable ? `the connection string cannot be read. ${ADVICE}` : undefined
}

function isReadable(text: string): boolean {
  // The folder of a socket, and a database.
  if (text.startsWith('/')) return true
  const url = asUrl(text)
  // What is amiss with words is told where they are read.
  if (url !== text) return true
  if (!/^(?:[a-z][a-z0-9+.-]*:\/\/|socket:)/i.test(text) || STRAY_PASSWORD.test(text)) return false
  // Without a host it is the one of the environment.
  return URL.canParse(withOneHost(text).replace('@/', '@host/'))
}

import { UsageError } from '../errors.js'
import type { ConnectionParameters } from './connection-parameters.js'
import { asUrl } from './keyword-string.js'

/** Where a server is asked for; what is undefined pg decides on. */
export interface Host {
  readonly host?: string
  readonly port?: string
  /** The address that `host` stands for. */
  readonly address?: string | undefined
  /** What the server is to be: `any` kind, `read-write`, … */
  readonly target: string
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i

/** A URL up to its hosts, these, and the rest. */
function urlParts(connectionString: string): readonly [string, string, string] {
  const scheme = SCHEME.exec(connectionString)?.[0]
  if (scheme === undefined) return ['', '', connectionString]
  const end = connectionString.slice(scheme.length).search(/[/?#]/)
  const after = end < 0 ? connectionString.length : scheme.length + end
  const from = Math.max(scheme.length, connectionString.lastIndexOf('@', after - 1) + 1)
  return [connectionString.slice(0, from), connectionString.slice(from, after), connectionString.slice(after)]
}

/** A connection string as a URL with the first of its hosts alone, since URLs have only one. */
export function withOneHost(text: string): string {
  const connectionString = asUrl(text) ?? text
  const [before, hosts, after] = urlParts(connectionString)
  return hosts.includes(',') ? before + (hosts.split(',')[0] ?? '') + after : connectionString
}

/** A host and its port, as a URL has them; the colons of an address in brackets are its own. */
function hostAndPort(pair: string): readonly [host: string, port: string] {
  const colon = pair.lastIndexOf(':')
  const port = pair.slice(colon + 1)
  return colon >= 0 && /^\d*$/.test(port) ? [pair.slice(0, colon), port] : [pair, '']
}

/**
 * The servers to be asked for a connection, in turn, as libpq reads lists of them.
 *
 * @throws {@link UsageError} for lists that do not fit each other.
 */
export function hostsOf(parameters: ConnectionParameters): readonly Host[] {
  const pairs = urlParts(parameters.connectionString)[1].split(',').map(hostAndPort)
  const ofUrl = (part: 0 | 1) => {
    const parts = pairs.map((pair) => pair[part])
    return parts.some((each) => each !== '') ? parts.map(decoded) : undefined
  }
  const given = (name: string, part: 0 | 1) =>
    parameters.inText(name)?.split(',') ?? ofUrl(part) ?? parameters.get(name)?.split(',')
  const names = given('host', 0)
  const ports = given('port', 1)
  const addresses = parameters.get('hostaddr')?.split(',')
  const count = (names ?? addresses ?? ['']).length
  if (addresses !== undefined && addresses.length !== count) throw misfit('hostaddr', addresses.length, count)
  if (ports !== undefined && ports.length > 1 && ports.length !== count)
    throw misfit('port', ports.length, count)
  if (ports?.some((port) => !/^\d{0,5}$/.test(port)) === true && count > 1)
    throw new UsageError('The connection parameter port is a list of numbers.')

  // One host is pg's to find.
  const isPlain = count === 1 && addresses === undefined
  const hosts = Array.from({ length: count }, (_, index) => {
    const address = addresses?.[index] || undefined
    const port = (ports?.length === 1 ? ports[0] : ports?.[index]) || '5432'
    return isPlain ? {} : { host: names?.[index] || address || 'localhost', port, address }
  })
  const ordered = parameters.get('load_balance_hosts') === 'random' ? shuffled(hosts) : hosts
  const asked = (target: string) => ordered.map((host) => ({ ...host, target }))
  const target = parameters.get('target_session_attrs') ?? 'any'
  return target === 'prefer-standby' ? [...asked('standby'), ...asked('any')] : asked(target)
}

/** A server of a list that is not what is asked for: another may be, or it itself later. */
export class OtherKind extends Error {}

/** What a server is. */
export interface ServerKind {
  readonly isStandby: boolean
  /** Transactions are, by default. */
  readonly isReadOnly: boolean
}

/** Whether a server is what is wanted of it. */
export function isWanted(target: string, { isStandby, isReadOnly }: ServerKind): boolean {
  switch (target) {
    case 'read-write':
      return !isReadOnly
    case 'read-only':
      return isReadOnly
    case 'primary':
      return !isStandby
    case 'standby':
      return isStandby
    default:
      return true
  }
}

function decoded(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  try {
    return decodeURIComponent(bare)
  } catch {
    return bare
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item)
}

function misfit(name: string, count: number, hosts: number): UsageError {
  return new UsageError(`The connection parameter ${name} has ${count} values for ${hosts} hosts.`)
}

import { UsageError } from '../errors.js'
import { asUrl } from './keyword-string.js'

/** Parameters of libpq that pg ignores and sluice honours, in a connection string as in settings. */
export interface LibpqParameters {
  /** The server is connected to at this address; TLS goes by `host`. One for each host of a list. */
  readonly hostaddr?: string
  /** What kind of server it is to be. Hosts of a list are asked in turn. Default: `any`. */
  readonly target_session_attrs?: (typeof TARGETS)[number]
  /** `random` has the hosts of a list asked in another order for each connection. Default: `disable`. */
  readonly load_balance_hosts?: 'disable' | 'random'
  /** Whether the login is to be bound to the TLS channel. Default: as pg's `enableChannelBinding` says. */
  readonly channel_binding?: 'disable' | 'prefer' | 'require'
  /** How the server may ask for the password, such as `scram-sha-256`; with `!` before each how it may not. */
  readonly require_auth?: string
  /** For each host, in seconds; 0 for `connectTimeoutMs`, which is the default. */
  readonly connect_timeout?: number | string
  /** The database. */
  readonly dbname?: string
}

export const TARGETS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const
export const METHODS = ['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'] as const

type Check = (value: string) => string | undefined

const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    choices.includes(value) ? undefined : `is one of ${choices.join(', ')}`

const anything: Check = () => undefined

/** What is wrong with the value of a parameter that is honoured. */
const HONOURED: { readonly [name in keyof LibpqParameters]-?: Check } = {
  hostaddr: anything,
  target_session_attrs: oneOf(...TARGETS),
  load_balance_hosts: oneOf('disable', 'random'),
  channel_binding: oneOf('disable', 'prefer', 'require'),
  require_auth: (value) => {
    const methods = value.split(',').map((method) => method.trim())
    const isKnown = methods.every((method) => oneOf(...METHODS)(method.replace('!', '')) === undefined)
    const negated = methods.filter((method) => method.startsWith('!')).length
    return isKnown && (negated === 0 || negated === methods.length)
      ? undefined
      : `is a list of ${METHODS.join(', ')}, with ! before none or each of them`
  },
  connect_timeout: (value) => (/^\d{1,6}$/.test(value) ? undefined : 'is a whole number of seconds'),
  dbname: anything,
}

// Object.keys leaves the types of keys out.
export const HONOURED_NAMES = Object.keys(HONOURED) as (keyof LibpqParameters)[]

const TLS = 'give it in the settings as'
const NO_GSS = 'pg has no GSSAPI: leave it out'
const KEEP_ALIVE = 'TCP keep-alive is always on, after 10 s of silence: leave it out'
const NOT_OAUTH = 'pg has no OAuth: give a password, which may be a function that gets a token'

/** Parameters that libpq knows and neither pg nor sluice can honour: values that ask for nothing, and what to do. */
const REFUSED: Readonly<Record<string, readonly [harmless: readonly string[], advice: string]>> = {
  gssdelegation: [['0'], NO_GSS],
  gssencmode: [['disable', 'prefer'], NO_GSS],
  gsslib: [[], NO_GSS],
  keepalives: [['1'], KEEP_ALIVE],
  keepalives_count: [[], KEEP_ALIVE],
  keepalives_idle: [['10'], KEEP_ALIVE],
  keepalives_interval: [[], KEEP_ALIVE],
  krbsrvname: [[], NO_GSS],
  max_protocol_version: [['3.0', 'latest'], 'pg speaks version 3.0 of the protocol'],
  min_protocol_version: [['3.0'], 'pg speaks version 3.0 of the protocol'],
  oauth_client_id: [[], NOT_OAUTH],
  oauth_client_secret: [[], NOT_OAUTH],
  oauth_issuer: [[], NOT_OAUTH],
  oauth_scope: [[], NOT_OAUTH],
  passfile: [[], 'set PGPASSFILE, or give the password'],
  requirepeer: [[], 'pg cannot tell who serves a socket: leave it out, and guard the folder of the socket'],
  requiressl: [['0'], 'write sslmode'],
  scram_client_key: [[], 'give the password'],
  scram_server_key: [[], 'give the password'],
  service: [[], 'write out what the service file says'],
  servicefile: [[], 'write out what the service file says'],
  ssl_max_protocol_version: [[], `${TLS} ssl: { maxVersion }`],
  ssl_min_protocol_version: [['TLSv1', 'TLSv1.1', 'TLSv1.2'], `${TLS} ssl: { minVersion }`],
  sslcertmode: [['allow'], 'a certificate is sent when the server asks for one and ssl has one'],
  sslcompression: [['0'], 'TLS is never compressed: leave it out'],
  sslcrl: [[], `${TLS} ssl: { crl }, with the contents of the file`],
  sslcrldir: [[], `${TLS} ssl: { crl }, with the contents of the files`],
  sslkeylogfile: [[], 'start Node with --tls-keylog'],
  sslpassword: [[], `${TLS} ssl: { passphrase }`],
  sslsni: [['1'], 'the name of the host is always sent'],
  tcp_user_timeout: [
    ['0'],
    'Node cannot set it: leave it out, and set the time limits of connect() or SluiceDialect',
  ],
}

/** Those that pg takes from a connection string alone. */
const OF_STRINGS: readonly string[] = ['sslmode', 'sslcert', 'sslkey', 'sslrootcert']

/** libpq's variables for what it is dangerous to ignore. */
const VARIABLES: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  hostaddr: 'PGHOSTADDR',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  channel_binding: 'PGCHANNELBINDING',
  require_auth: 'PGREQUIREAUTH',
  gssencmode: 'PGGSSENCMODE',
  requirepeer: 'PGREQUIREPEER',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
}

/** What is asked for by a connection string, by settings or by the environment, which come in this order. */
export class ConnectionParameters {
  readonly connectionString: string
  readonly #text: URLSearchParams
  readonly #settings: Readonly<Record<string, unknown>>

  /** @throws {@link UsageError} for what cannot be honoured, by name and without the value, which may be a secret. */
  constructor(settings: object) {
    // Its properties are looked up by name.
    this.#settings = settings as Readonly<Record<string, unknown>>
    const { connectionString } = this.#settings
    const text = asUrl(typeof connectionString === 'string' ? connectionString : '')
    if (text === undefined) {
      throw new UsageError(
        'The connectionString cannot be read. It has words, such as host=one,two port=5432 dbname=shop, and one of them ' +
          "has no value or no end. In a value, write \\' for ' and \\\\ for \\, and quotation marks around spaces.",
      )
    }
    this.connectionString = text
    this.#text = new URLSearchParams(text.includes('?') ? text.slice(text.indexOf('?')) : '')
    for (const name of OF_STRINGS) {
      if (isGiven(this.#settings[name]))
        throw unsupported(name, 'pg takes it from a connection string alone. Give ssl in the settings')
    }
    for (const [name, [harmless, advice]] of Object.entries(REFUSED)) {
      const value = this.get(name)
      if (value !== undefined && !harmless.includes(value)) throw unsupported(this.#nameOf(name), advice)
    }
    for (const name of HONOURED_NAMES) {
      const value = this.get(name)
      const problem = value === undefined ? undefined : HONOURED[name](value)
      if (problem !== undefined)
        throw new UsageError(`The connection parameter ${this.#nameOf(name)} ${problem}.`)
    }
  }

  /** The value of a parameter; what is empty was not given. */
  get(name: string): string | undefined {
    const variable = VARIABLES[name]
    const values = [this.#text.getAll(name).at(-1), this.#settings[name], variable && process.env[variable]]
    const value = values.find(isGiven)
    return value === undefined ? undefined : String(value)
  }

  /** That of the connection string alone. */
  inText(name: string): string | undefined {
    return this.#text.getAll(name).at(-1) || undefined
  }

  #nameOf(name: string): string {
    const isVariable = !isGiven(this.#text.get(name)) && !isGiven(this.#settings[name])
    return isVariable ? (VARIABLES[name] ?? name) : name
  }
}

/** Whether there is one; settings may be anything, and are checked as the text that pg would make of them. */
function isGiven(value: unknown): value is string | number {
  return value !== undefined && value !== null && value !== ''
}

function unsupported(name: string, advice: string): UsageError {
  return new UsageError(`The connection parameter ${name} cannot be honoured: ${advice}.`)
}

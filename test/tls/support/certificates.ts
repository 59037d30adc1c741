import { generate } from 'selfsigned'

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Certificates {
  /** Has signed every other certificate here but its own. */
  readonly ca: Certificate
  /** Nobody knows it. */
  readonly stranger: Certificate
  /** For the name `localhost`, and not for an address. */
  readonly server: Certificate
  /** The same, of last year. */
  readonly expired: Certificate
  /** Of the role `certified`. */
  readonly client: Certificate
  /** The same with its key locked. */
  readonly locked: Certificate & { readonly passphrase: string }
}

const common = { keyType: 'ec', algorithm: 'sha256' } as const
const day = 86_400_000

export async function makeCertificates(): Promise<Certificates> {
  const [ca, stranger] = await Promise.all([authority('Our CA'), authority('Their CA')])
  const passphrase = 'open-sesame-42'
  const [server, expired, client, locked] = await Promise.all([
    signed('localhost', ca),
    signed('localhost', ca, { notBeforeDate: daysAgo(400), notAfterDate: daysAgo(30) }),
    signed('certified', ca),
    signed('certified', ca, { passphrase }),
  ])
  return { ca, stranger, server, expired, client, locked: { ...locked, passphrase } }
}

async function authority(name: string): Promise<Certificate> {
  const made = await generate(named(name), {
    ...common,
    notBeforeDate: daysAgo(500),
    notAfterDate: daysAgo(-30),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { cert: made.cert, key: made.private }
}

async function signed(
  name: string,
  ca: Certificate,
  options: { notBeforeDate?: Date; notAfterDate?: Date; passphrase?: string } = {},
): Promise<Certificate> {
  const made = await generate(named(name), {
    ...common,
    // An hour ago, so that no clock is ahead of it.
    notBeforeDate: daysAgo(1 / 24),
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
    ...options,
  })
  return { cert: made.cert, key: made.private }
}

function named(value: string): { name: string; value: string }[] {
  return [{ name: 'commonName', value }]
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * day)
}

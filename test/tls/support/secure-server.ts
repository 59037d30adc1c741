import { chown, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { TLSSocket } from 'node:tls'
import pg from 'pg'
import { startServer, type Server } from '../../../codegen/server/index.js'
import { makeCertificates, type Certificates } from './certificates.js'

/** Every role's password, which no error may show. */
export const PASSWORD = 's3cr3t-of-the-role'

/** Who may connect how; the first line that fits decides. */
const access = `
  host      all postgres  all scram-sha-256
  host      all anyone    all scram-sha-256
  hostnossl all plain     all scram-sha-256
  hostssl   all secure    all scram-sha-256
  hostssl   all hashed    all md5
  hostssl   all clear     all password
  hostssl   all certified all cert clientcert=verify-full
  hostssl   all another   all cert clientcert=verify-full
  hostssl   all doubly    all scram-sha-256 clientcert=verify-ca
  host      all refused   all reject
`

const objects = `
  create role anyone login password '${PASSWORD}';
  create role plain login password '${PASSWORD}';
  create role secure login password '${PASSWORD}';
  create role clear login password '${PASSWORD}';
  create role certified login;
  create role another login;
  create role doubly login password '${PASSWORD}';
  create role refused login password '${PASSWORD}';
  set password_encryption = md5;
  create role hashed login password '${PASSWORD}';
  reset password_encryption;
  create view sessions as select system_user as identity, ssl, coalesce(client_dn, '') as client
    from pg_stat_ssl where pid = pg_backend_pid();
  create view slow as select i as id, case when i > 20 then pg_sleep(60)::text else '' end as payload
    from generate_series(1, 40) i;
  grant select on sessions, slow to public;
`

/** A PostgreSQL server with TLS, whose certificate is for `localhost`. */
export interface SecureServer {
  readonly port: number
  readonly certificates: Certificates
  /** Runs SQL as the superuser. */
  query<R extends object>(sql: string): Promise<R[]>
  /** Waits until no role but the superuser has a session. */
  untilLeft(): Promise<void>
  /** Shows another certificate from now on. */
  present(name: 'server' | 'expired'): Promise<void>
  stop(): Promise<void>
}

export async function startSecureServer(): Promise<SecureServer> {
  const here = fileURLToPath(new URL('../../../', import.meta.url))
  const [certificates, server] = await Promise.all([
    makeCertificates(),
    startServer({ installedIn: here, settings: { authentication_timeout: '60s' } }),
  ])
  const port = Number(new URL(server.url).port)
  const { ca, server: own, expired } = certificates
  await Promise.all([
    write(server, 'ca.crt', ca.cert),
    write(server, 'server.crt', own.cert),
    write(server, 'server.key', own.key),
    write(server, 'expired.crt', expired.cert),
    write(server, 'expired.key', expired.key),
    write(server, 'pg_hba.conf', access),
  ])
  const client = new pg.Client(server.url)
  await client.connect()
  const query = async <R extends object>(sql: string): Promise<R[]> => (await client.query<R>(sql)).rows
  const present = async (name: 'server' | 'expired'): Promise<void> => {
    await client.query(`alter system set ssl_cert_file = '${name}.crt'`)
    await client.query(`alter system set ssl_key_file = '${name}.key'`)
    await client.query('select pg_reload_conf()')
    await untilPresented(server, certificates[name].cert)
  }
  await client.query(objects)
  await client.query("alter system set ssl_ca_file = 'ca.crt'")
  await client.query('alter system set ssl = on')
  await present('server')
  return {
    port,
    certificates,
    query,
    present,
    untilLeft: async () => {
      const others = `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`
      while ((await query(others)).length > 0) await sleep(5)
    },
    stop: async () => {
      await client.end()
      await server.stop()
    },
  }
}

/** Into the server's data folder, for its own account alone, as PostgreSQL demands of a key. */
async function write({ logFile }: Server, name: string, text: string): Promise<void> {
  const folder = join(dirname(logFile ?? ''), 'data')
  const file = join(folder, name)
  const { uid, gid } = await stat(folder)
  await writeFile(file, text, { mode: 0o600 })
  if (process.getuid?.() === 0) await chown(file, uid, gid)
}

/** A reload is asked for, and comes when the server has the time. */
async function untilPresented({ url }: Server, wanted: string): Promise<void> {
  const expected = wanted.replace(/-----[A-Z ]+-----|\s/g, '')
  for (;;) {
    const client = new pg.Client({ connectionString: url, ssl: { rejectUnauthorized: false } })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const socket = client.connection.stream as TLSSocket
      if (socket.getPeerCertificate().raw.toString('base64') === expected) return
    } catch {
      // Without TLS as yet.
    } finally {
      await client.end()
    }
    await sleep(20)
  }
}

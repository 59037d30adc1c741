import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CodegenError, messageOf } from '../errors.js'

const run = promisify(execFile)

/** Whom PostgreSQL's processes run as: the present user when empty. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

/**
 * PostgreSQL refuses to run as root: then it runs as the system user `postgres`, which is added where there is none.
 *
 * @throws CodegenError when that user can be neither found nor added.
 */
export async function serverAccount(notify: (message: string) => void): Promise<Account> {
  if (process.getuid?.() !== 0) return {}
  const present = await postgresUser()
  if (present) return present
  try {
    await run('groupadd', ['--system', '--force', 'postgres'])
    const options = ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/bin/false']
    await run('useradd', [...options, 'postgres'])
  } catch (error) {
    throw new CodegenError(
      'PostgreSQL refuses to run as root, and the system user "postgres" could not be added: ' +
        `${messageOf(error).trim()}\n` +
        'Add that user, run as an ordinary user, or name a server in the environment variable DATABASE_URL.',
    )
  }
  const added = await postgresUser()
  if (!added) throw new CodegenError('The system user "postgres" was added, but cannot be found by `id`.')
  notify('Added the system user "postgres": PostgreSQL refuses to run as root.')
  return added
}

async function postgresUser(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

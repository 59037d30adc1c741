import { readFile } from 'node:fs/promises'
import type { Client } from 'pg'
import { CodegenError, messageOf } from '../errors.js'
import { connectTo } from '../server/connect.js'
import { ScriptScanner } from './scanner.js'
import { checkCommand, scriptError } from './script-error.js'
import { ScriptQuery } from './script-query.js'

export interface RunOptions {
  /** Told after each statement how many characters of the script are done, of how many. */
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Runs a file of SQL the way psql does, `COPY … FROM stdin` with its data included, and stops at the first error. It
 * has a connection of its own, so that what the script sets ends with it.
 *
 * @throws CodegenError that names file and line.
 */
export async function runSqlFile(url: string, path: string, options: RunOptions = {}): Promise<void> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new CodegenError(`Cannot read ${path}: ${messageOf(error)}`)
  }
  await runSqlText(url, text, path, options)
}

/** Like {@link runSqlFile}, for a script in memory; `name` stands for the file in messages. */
export async function runSqlText(
  url: string,
  text: string,
  name: string,
  options: RunOptions = {},
): Promise<void> {
  const client = await connectTo(url, `to load ${name}`)
  try {
    await runParts(client, text.replace(/^\uFEFF/, ''), name, options)
  } finally {
    await client.end()
  }
}

async function runParts(client: Client, text: string, name: string, options: RunOptions): Promise<void> {
  const scanner = new ScriptScanner(text)
  for (let part = scanner.next(); part; part = scanner.next()) {
    if (part.kind !== 'statement') checkCommand(name, text, part)
    else {
      try {
        await runStatement(client, part.text, scanner)
      } catch (error) {
        if (isPublicAgain(part.text, error)) continue
        throw scriptError(name, text, part, error)
      }
    }
    options.onProgress?.(scanner.position, text.length)
  }
}

/** `pg_dump -n public` makes the schema that every database begins with. */
function isPublicAgain(statement: string, error: unknown): boolean {
  const isThere = (error as { readonly code?: unknown } | undefined)?.code === '42P06'
  return isThere && /\bcreate\s+schema\s+(?:public|"public")$/i.test(statement.replace(/;$/, '').trim())
}

function runStatement(client: Client, text: string, scanner: ScriptScanner): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | undefined | null): void => (error ? reject(error) : resolve())
    client.query(new ScriptQuery(text, () => scanner.takeCopyData(), done))
  })
}

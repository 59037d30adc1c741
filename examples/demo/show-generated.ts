import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runApart } from './apart.js'
import { quote, say } from './print.js'
import type { Scope } from './scope.js'

/** Generates the repositories of the database into a folder, and shows what a row of `users` has become. */
export async function showGenerated(scope: Scope, url: string, folder: string): Promise<void> {
  say('What `npm run codegen` does: it reads the database and writes TypeScript.')
  const out = join(folder, 'generated')
  say(await runApart<string>(scope, { file: './generate.ts', args: [out], url }))
  say('This is what a row of the table "users" has become, in users.ts:')
  const source = await readFile(join(out, 'users.ts'), 'utf8')
  quote(/^export interface User \{.*?^\}/ms.exec(source)?.[0] ?? source)
  say('The same files are kept in generated/, from where the loops below import them.')
}

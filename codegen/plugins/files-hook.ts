import { ENDINGS, headOf, headerOf, isOurs } from '../emit/header.js'
import { DEVICE_FILES } from '../model/reserved-names.js'
import type { Refuse } from './failure.js'
import type { PluginFile } from './plugin.js'

/** What names may be of: that is the same on every system, and in every shell. */
const PART = /^[\p{L}\p{N}_$@+~-][\p{L}\p{N}_$@+~. -]*$/u

/**
 * The files that a `files` hook gave back, as they are written: each begins with the line that tells ours from others',
 * and ends with a line break.
 *
 * @throws what `refuse` makes of a name or a text that cannot be.
 */
export async function filesOf(
  before: readonly PluginFile[],
  after: unknown,
  { refuse, header }: { readonly refuse: Refuse; readonly header?: string | undefined },
): Promise<PluginFile[]> {
  if (!Array.isArray(after))
    throw refuse('gave back what is no array of files. Give back all files, or nothing.')
  const known = new Map(before.map(({ name, text }) => [name, text]))
  const seen = new Map<string, string>()
  const files = (after as unknown[]).map((file, index): PluginFile => {
    const { name, text } = Object(file) as Partial<PluginFile>
    if (typeof name !== 'string' || typeof text !== 'string') {
      throw refuse(`gave back, at ${index}, what is no file: { name: 'seed.ts', text: '…' }.`)
    }
    checkName(name, refuse)
    // A system may take two names for one that differ by case, or by how an accent is written.
    const folded = name.normalize('NFC').toLowerCase()
    const other = seen.get(folded)
    if (other === name) throw refuse(`gave back the file ${name} twice.`)
    if (other !== undefined)
      throw refuse(`gave back the files ${other} and ${name}, which some systems take for one.`)
    seen.set(folded, name)
    return known.get(name) === text ? { name, text } : { name, text: whole(name, text, refuse, header) }
  })
  for (const { name, text } of files) if (known.get(name) !== text) await checkSyntax(name, text, refuse)
  return files
}

function checkName(name: string, refuse: Refuse): void {
  const shown = JSON.stringify(name)
  const parts = name.split('/')
  const isPlain = parts.every(
    (part) =>
      PART.test(part) &&
      !/[. ]$/.test(part) &&
      !DEVICE_FILES.includes((part.split('.')[0] ?? '').toLowerCase()),
  )
  if (!isPlain || parts.length > 2) {
    throw refuse(
      `gave back a file named ${shown}. A name is relative to the output folder, at most one folder deep: "seeds/users.ts".`,
    )
  }
  if (headerOf(name) === undefined) {
    throw refuse(
      `gave back a file named ${shown}, in which no comment can say that it is generated. Names end in one of: ${ENDINGS.join(', ')}.`,
    )
  }
}

function whole(name: string, text: string, refuse: Refuse, header: string | undefined): string {
  if (/[\0\p{Surrogate}]/u.test(text)) {
    throw refuse(`gave back ${name} with a character that no file of UTF-8 text holds.`)
  }
  const lines = text.replaceAll('\r\n', '\n')
  const headed = isOurs(name, lines)
    ? lines
    : `${headOf(name, header)}

${lines}`
  return headed.endsWith('\n') ? headed : `${headed}\n`
}

async function checkSyntax(name: string, text: string, refuse: Refuse): Promise<void> {
  if (!/\.[cm]?tsx?$/.test(name)) return
  // It is an optional peer, of which is told before anything runs.
  const { ts } = await import('ts-morph')
  const { diagnostics = [] } = ts.transpileModule(text, {
    fileName: name,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.Latest },
  })
  const [first] = diagnostics
  if (first === undefined) return
  const at = first.file?.getLineAndCharacterOfPosition(first.start ?? 0)
  throw refuse(
    `gave back ${name}, which is no TypeScript at line ${(at?.line ?? 0) + 1}: ${ts.flattenDiagnosticMessageText(first.messageText, ' ')}`,
  )
}

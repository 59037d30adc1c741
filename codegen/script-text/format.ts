/** What a file is by its first bytes. */
export type Format =
  | {
      readonly kind: 'compressed'
      readonly name: string
      readonly by: 'gzip' | 'zstd' | 'other'
      readonly advice: string
    }
  /** In one of pg_dump's own formats. */
  | { readonly kind: 'archive'; readonly name: string }
  | { readonly kind: 'other'; readonly name: string; readonly advice: string }

const DUMP = 'A schema is read from SQL, as "pg_dump --schema-only" writes it.'

function compressed(name: string, by: 'gzip' | 'zstd' | 'other', tool: string): Format {
  return { kind: 'compressed', name, by, advice: `Unpack it first: ${tool}` }
}

function other(name: string, advice = DUMP): Format {
  return { kind: 'other', name, advice }
}

/** First bytes, in Latin 1. */
const BEGINNINGS: readonly (readonly [string, Format])[] = [
  ['\x1f\x8b', compressed('compressed by gzip', 'gzip', 'gunzip')],
  ['\x28\xb5\x2f\xfd', compressed('compressed by zstd', 'zstd', 'zstd -d')],
  ['\xfd7zXZ\0', compressed('compressed by xz', 'other', 'xz -d')],
  ['BZh', compressed('compressed by bzip2', 'other', 'bzip2 -d')],
  ['\x04\x22\x4d\x18', compressed('compressed by lz4', 'other', 'lz4 -d')],
  ['PK\x03\x04', other('a ZIP archive', 'Unpack it, and give the files or the folder.')],
  ['7z\xbc\xaf\x27\x1c', other('a 7z archive', 'Unpack it, and give the files or the folder.')],
  ['Rar!', other('a RAR archive', 'Unpack it, and give the files or the folder.')],
  ['PGDMP', { kind: 'archive', name: 'a dump in the custom format' }],
  ['SQLite format 3\0', other('a SQLite database')],
  ['\x89PNG', other('a picture (PNG)')],
  ['\xff\xd8\xff', other('a picture (JPEG)')],
  ['GIF8', other('a picture (GIF)')],
  ['%PDF', other('a PDF document')],
  ['PAR1', other('a Parquet file')],
  ['\x7fELF', other('a program')],
  ['MZ\x90', other('a program')],
  ['\xff\xfe\0\0', other('text in UTF-32', 'Convert it first: iconv -f UTF-32 -t UTF-8')],
  ['\0\0\xfe\xff', other('text in UTF-32', 'Convert it first: iconv -f UTF-32 -t UTF-8')],
]

/** Where a tar archive says so. */
const TAR = 257

/** What a file is by its first bytes; undefined for text. */
export function formatOf(bytes: Buffer): Format | undefined {
  const start = bytes.toString('latin1', 0, TAR + 5)
  const found = BEGINNINGS.find(([beginning]) => start.startsWith(beginning))
  if (found !== undefined) return found[1]
  if (!start.startsWith('ustar', TAR)) return undefined
  return start.startsWith('toc.dat')
    ? { kind: 'archive', name: 'a dump in the tar format' }
    : other('a tar archive', 'Unpack it, and give the files or the folder.')
}

/** How texts begin that are no SQL of PostgreSQL's, behind their comments. */
const TEXTS: readonly (readonly [RegExp, name: string, advice: string])[] = [
  [/^-- (?:MySQL|MariaDB) dump|^\/\*!\d{5} SET/, 'a dump of MySQL', `It is SQL of another dialect. ${DUMP}`],
  [/^PRAGMA /i, 'a dump of SQLite', `It is SQL of another dialect. ${DUMP}`],
  [/^(?:USE \[|SET ANSI_NULLS )/i, 'a script of SQL Server', `It is SQL of another dialect. ${DUMP}`],
  [/^version https:\/\/git-lfs\./, 'a pointer of Git LFS', 'Fetch what it stands for: git lfs pull'],
  [/^<(?:!doctype|html|\?xml)/i, 'a web page or XML', `Was another file meant? ${DUMP}`],
  [
    /^(?:datasource|generator)\s+\w+\s*\{/,
    'a schema of Prisma',
    'Give the folder of its migrations: --schema prisma/migrations',
  ],
  [/^[[{]\s*(?:["{[}\]]|$)/, 'JSON', DUMP],
]

/** A comment at the beginning, of SQL or of Prisma's language. */
const COMMENT = /^\s*(?:(?:--|\/\/)[^\n]*(?:\n|$)|\/\*(?!!)(?:[^*]|\*(?!\/))*\*\/)/

/** How files of programs are called. */
const CODE = /\.(?:[cm]?[jt]sx?|py|rb|php|exs?|java|kt|go|cs|prisma|ya?ml|json)$/i

/** What a text is by its beginning or name, unless it may be SQL. */
export function foreignText(text: string, name: string): { name: string; advice: string } | undefined {
  const head = text.slice(0, 4096)
  let start = head
  for (let comment = COMMENT.exec(start); comment; comment = COMMENT.exec(start))
    start = start.slice(comment[0].length)
  start = start.trimStart()
  const found = TEXTS.find(([pattern]) => pattern.test(start) || pattern.test(head))
  if (found !== undefined) return { name: `${found[1]}, and no SQL of PostgreSQL's`, advice: found[2] }
  const extension = CODE.exec(name)?.[0]
  if (extension === undefined) return undefined
  return {
    name: `no SQL (${extension})`,
    advice:
      'What it makes of a database is known once it has run: run it, and read that database by --url postgres://…',
  }
}

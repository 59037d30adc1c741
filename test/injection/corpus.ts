/** Written without escapes and parted by spaces: a template keeps them as they are. */
const marks = String.raw`
  ' '' ''' " "" """ ´ “ ‘quoted’ it's "quoted" ʼ ＇ ＂ E'' E'\'' U&'\0027' B'1' X'27' $1 $2 $$ $a$ $1::text :name ::int
  @p ? ?? ?| ?& \ \\ \n \x41 \u0000 \0 \" \' a\ \. \N -- /* */ # ; ;; % _ %% \% \_ a% 100% %s %I %L %1$s {0} {{x}} . .* ^
  $ ^$ [ ] [[:alpha:]] ( ) (?i) a|b + * ***=x ***:( \y $.a $.a.b $[*] $."a" @.x a.b a.b.c .a a. a,b a->b ->> #> #>> @> @?
  {} {a,b} {"a",NULL} {{a}} { } () (1,"b") (,) [1,2) [a,b] [,] empty , ,, {"a":1} [] null "a" {"$gt":""} a=>1 "a"=>"b"
  NULL Null undefined NaN Infinity -Infinity nan 1e999 0x10 0 -0 1 01 1.0 t f true on now today epoch infinity -infinity
  default DEFAULT current_user -id --id - +id id label ID pg_sleep(9) canary canary.id public.canary "public"."canary"
  label::int __proto__ constructor prototype then toString valueOf toJSON hasOwnProperty length and or not self excluded
  t1 n c0 rows count owner exact contains in ../../etc/passwd / // 💥 👨‍👩‍👧 é é ß ﬁ ı İ ſ K Å Σ ς 用户 שם
`
  .trim()
  .split(/\s+/)

const sentences = [
  ...[
    "'; drop table canary; --",
    "' or true --",
    "' or '1'='1",
    "') or (true",
    "x'; commit; drop table canary; --",
  ],
  ...[
    '"; drop table canary; --',
    '" or true --',
    "\\'; drop table canary; --",
    "\\' or true --",
    '-- x',
    '/* x */',
  ],
  ...['; select pg_sleep(9)', 'select * from canary', '${process.exit(1)}', '`${1}`', 'id ', ' id', 'id asc'],
  ...['id desc; --', 'id nulls first', 'id as x', 'id, label', 'a\nb', "a\n'b", 'a\tb', ' a', 'a '],
]

const unseen = [
  '',
  ' ',
  '     ',
  '\n',
  '\r',
  '\r\n',
  '\t',
  '\v',
  '\b',
  '\x7f',
  '\x85',
  '\x1b[31m',
  '\ufeff',
].concat(
  ['\ufeffx', '\u00a0', '\u200b', '\u200d', '\u202e', '\u202egnp', '\u2028', '\u2029', '\ufffd', '\uffff'],
  ['\u{10ffff}', '\x01'],
)

const long = [
  'a'.repeat(63),
  `${'a'.repeat(63)}1`,
  `${'a'.repeat(63)}2`,
  '三'.repeat(21),
  '三'.repeat(22),
].concat(["'".repeat(64), 'x'.repeat(10_000), "'".repeat(10_000), '\\'.repeat(9_999), '"'.repeat(9_999)])

/**
 * Strings that break careless code: SQL, LIKE, regular expressions, JSON paths, the literals of arrays, composites and
 * ranges, formats, names of JavaScript, and what cannot be seen. PostgreSQL stores each of them.
 */
export const hostileStrings: readonly string[] = [...new Set([...marks, ...sentences, ...unseen, ...long])]

/** Strings that no text of PostgreSQL can hold. */
export const unstorableStrings: readonly string[] = [
  ...['\0', 'a\0b', "'\0; drop table canary; --", '\ud800', '\udc00', 'a\ud83d', '\ude00\ud83d', '\udfff"'],
]

/** What PostgreSQL takes as a name, and keeps as it is. */
export const hostileNames: readonly string[] = hostileStrings.filter(
  (text) => text !== '' && Buffer.byteLength(text) <= 63,
)

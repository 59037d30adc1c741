import { isHarmless, kinds, type Kind } from './mischief.js'

const BEGIN = '<!-- The fuzzer writes this part: npx vitest run test/fuzz -u -->'
const END = '<!-- The end of what the fuzzer writes. -->'

/** What is done to the bytes, as the page says it. */
const DONE: Readonly<Record<Kind, string>> = {
  reset: 'The connection is reset, at any byte of either side',
  end: 'It is ended there, as by a server that goes away',
  vanish: 'From there on the bytes of that side vanish',
  'half-open': 'From there on all bytes vanish, and neither side is told when the other goes',
  stall: 'Nothing comes for a while from there on',
  drip: 'Bytes come one by one from there on',
  slice: 'They come in pieces of any length',
  late: 'They come late',
  drop: 'A message of the server is left out',
  double: 'It comes twice',
  echo: 'It comes again before the next, which may be that of another query',
  truncate: 'The end of a message is left out, of either side',
  flip: 'A bit of its type, its length or its structure is another',
  swap: 'It changes places with the next of another type',
  inject: 'A message that nobody sent comes before it: of any type, also of those that may come at any time',
  garbage: 'Bytes that mean nothing come before it, of either side',
  refuse: 'Connections are reset, and new ones too',
  ignore: 'Connections are reset, and new ones taken and never answered',
}

/** The page with what was done in its second table. */
export function withMischief(page: string): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error('The page has no place for the mischief.')
  const rows = kinds.map((kind) => {
    const mischief = { kind, direction: 'fromServer', at: 0, random: 0, inject: 'E' } as const
    return `| ${DONE[kind]} | ${isHarmless(mischief) ? 'all as it should be' : 'all as it should be, or an error that says what happened'} |`
  })
  const table = ['| Mischief | Outcome |', '|---|---|', ...rows].join('\n')
  return `${page.slice(0, begin)}${BEGIN}\n\n${table}\n\n${page.slice(end)}`
}

import * as fake from './fake-messages.js'

/** What a fake server is to do next, once. */
export interface FakeCommand {
  readonly greeting?: keyof typeof greetings
  readonly tampering?: keyof typeof tamperings
}

/** What is made of an honest answer to a fetch: rows, PortalSuspended and ReadyForQuery. */
export interface Tampering {
  readonly change: (answer: Buffer[]) => Buffer[]
  /** The first fetch instead of the second: the answers to Parse, Bind and Execute of BEGIN come before those. */
  readonly isFirst?: true
  /** It sends so many rows more than it was asked for. */
  readonly extraRows?: number
  /** Then it says nothing more, waits for the data of a COPY, or closes the connection; default: it goes on. */
  readonly ending?: 'silence' | 'copying' | 'closes'
}

const HTTP = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'

/** What is said to the first message of a client. */
export const greetings = {
  http: Buffer.from(HTTP),
  ssh: Buffer.from('SSH-2.0-OpenSSH_9.2p1\r\n'),
  mysql: Buffer.from('J\0\0\0\x0a8.0.36\0', 'latin1'),
  gssapi: fake.message('R', fake.int32(7)),
  nothingToAuthenticate: fake.message('R'),
  emptyError: fake.message('E'),
  oldError: Buffer.from('Ecould not fork new process for connection: Cannot allocate memory\n\0'),
  rows: fake.numberRow(1),
}

/** Inserts messages before the one at a place. */
const insert =
  (at: number, ...messages: Buffer[]) =>
  (answer: Buffer[]): Buffer[] => [...answer.slice(0, at), ...messages, ...answer.slice(at)]

/** Puts messages in the place of one. */
const replace =
  (at: number, ...messages: Buffer[]) =>
  (answer: Buffer[]): Buffer[] => [...answer.slice(0, at), ...messages, ...answer.slice(at).slice(1)]

/** Cuts an answer in the middle of its fourth row. */
const cut = (answer: Buffer[]): Buffer[] => [...answer.slice(0, 3), (answer[3] as Buffer).subarray(0, 8)]

const columns = (count: number) => fake.message('D', fake.int16(count), fake.numberRow(1).subarray(7))
const cellOf = (length: number) => fake.message('D', fake.int16(2), fake.int32(length), '1xxxxxxxxxx')

const all = {
  silentWithinRow: { change: cut, ending: 'silence' },
  closedWithinRow: { change: cut, ending: 'closes' },
  silentAfterRows: { change: (answer) => answer.slice(0, -2), ending: 'silence' },
  readyTooEarly: { change: (answer) => [...answer.slice(0, 5), answer.at(-1) as Buffer] },
  readyTwice: { change: (answer) => [...answer, fake.readyForQuery('T')] },
  transactionOver: { change: (answer) => [...answer.slice(0, -1), fake.readyForQuery('I')] },
  transactionFailed: { isFirst: true, change: (answer) => [...answer.slice(0, -1), fake.readyForQuery('E')] },
  outOfOrder: {
    isFirst: true,
    change: ([parsed, bound, ...others]) => [bound as Buffer, parsed as Buffer, ...others],
  },
  noDescription: {
    isFirst: true,
    change: (answer) => answer.map((each) => (each === fake.NUMBERS ? fake.message('n') : each)),
  },
  secondDescription: { change: insert(2, fake.rowDescription(['payload', 25], ['id', 23])) },
  completeTwice: { change: insert(3, fake.commandComplete('SELECT')) },
  tooFewColumns: { change: replace(3, columns(1)) },
  tooManyColumns: { change: replace(3, columns(3)) },
  cellPastRow: { change: replace(3, cellOf(1000)) },
  cellOfHugeLength: { change: replace(3, cellOf(0x7ffffff0)) },
  cellOfNegativeLength: { change: replace(3, cellOf(-7)) },
  rowOfNothing: { change: replace(3, fake.message('D')) },
  negativeLength: { change: replace(3, fake.lying('D', -1)) },
  tooShortLength: { change: replace(3, fake.lying('D', 2)) },
  twoGigabytes: { change: replace(3, fake.lying('D', 0x7fffffff, 'x')) },
  twoGigabytesOfNotice: { change: replace(3, fake.lying('N', 0x7fffffff, 'x')) },
  unknownType: { change: insert(3, fake.message('x', 'what is this')) },
  authenticationAgain: { change: insert(3, fake.AUTHENTICATION_OK) },
  errorOfNothing: { change: replace(3, fake.message('E')) },
  errorWithoutCode: { change: (answer) => [fake.message('E', '\0'), answer.at(-1) as Buffer] },
  errorCutShort: { change: (answer) => [fake.message('E', 'SERROR\0Mhalf'), answer.at(-1) as Buffer] },
  goesOnAfterError: {
    change: insert(3, fake.message('E', 'SERROR\0CXX000\0Mnot the end\0\0')),
  },
  copyOut: {
    change: insert(3, fake.message('H', '\0', fake.int16(0)), fake.message('d', 'copied'), fake.message('c')),
  },
  copyBoth: { change: insert(3, fake.message('W', '\0', fake.int16(0))) },
  copyIn: {
    change: (answer) => [...answer.slice(0, 3), fake.message('G', '\0', fake.int16(0))],
    ending: 'copying',
  },
  beside: {
    isFirst: true,
    change: (answer) =>
      answer.flatMap((each) => [fake.NOTICE, fake.PARAMETER_STATUS, fake.NOTIFICATION, each]),
  },
  besideLater: {
    change: (answer) =>
      answer.flatMap((each) => [fake.NOTICE, fake.PARAMETER_STATUS, fake.NOTIFICATION, each]),
  },
  rowTwice: { change: (answer) => answer.flatMap((each, index) => (index === 3 ? [each, each] : [each])) },
  rowMissing: { change: replace(3) },
  moreRows: { extraRows: 3, change: (answer) => answer },
} satisfies Record<string, Tampering>

export const tamperings: Readonly<Record<keyof typeof all, Tampering>> = all

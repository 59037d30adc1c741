import type { Dice } from '../stress/dice.js'

/** Which way bytes go. */
export type Direction = 'fromServer' | 'toServer'

/** What becomes of the bytes of a connection, at the byte that it says. */
const byteKinds = [
  ...(['reset', 'end', 'vanish', 'half-open'] as const),
  ...(['stall', 'drip', 'slice', 'late'] as const),
] as const
/**
 * What becomes of a message of the server's, the first one that it can be done to after so many: `echo` comes again when
 * the next comes, which may be that of another conversation.
 */
const messageKinds = ['drop', 'double', 'echo', 'truncate', 'flip', 'swap', 'inject', 'garbage'] as const
/** What becomes of connections while they are made; those that there are, are reset. */
const newcomerKinds = ['refuse', 'ignore'] as const

/** What a network does by itself, which never makes up a message. */
export const networkKinds = [...byteKinds, ...newcomerKinds] as const
export const kinds = [...byteKinds, ...messageKinds, ...newcomerKinds] as const
export type Kind = (typeof kinds)[number]

/** Messages that no answer has more than once, and such as may come at any time. */
export const injectable = [...'E123nsIGHdcWtTDCZRKNSA'] as const
export type Injectable = (typeof injectable)[number]

/** One thing that is done to the bytes of a conversation, once. */
export interface Mischief {
  readonly kind: Kind
  readonly direction: Direction
  /** Bytes, or messages, that pass before. */
  readonly at: number
  /** For whatever else is to be chosen: a bit to flip, bytes to leave out, milliseconds. */
  readonly random: number
  readonly inject: Injectable
}

export function mischiefOf(dice: Dice, kind: Kind = anyKind(dice)): Mischief {
  const isOfBytes = byteKinds.includes(kind as (typeof byteKinds)[number])
  // To the server there is nothing that the protocol could tell from what was meant but these.
  const direction =
    isOfBytes || kind === 'truncate' || kind === 'garbage'
      ? dice.pick<Direction>('fromServer', 'fromServer', 'toServer')
      : 'fromServer'
  return {
    ...{ kind, direction },
    at: dice.below(isOfBytes ? dice.pick(60, 300, 1500, 12_000) : dice.pick(4, 12, 60, 400)),
    random: dice.below(0x7fffffff),
    inject: dice.pick(...injectable),
  }
}

function anyKind(dice: Dice): Kind {
  return dice.chance(0.45) ? dice.pick(...byteKinds) : dice.pick(...messageKinds, ...newcomerKinds)
}

/** Whether it is done to whole messages, and not to the bytes or to the making of a connection. */
export function isOfMessages({ kind }: Mischief): boolean {
  return messageKinds.includes(kind as (typeof messageKinds)[number])
}

/** Whether nobody may notice it but by the time that it takes. */
export function isHarmless({ kind, inject }: Mischief): boolean {
  if (kind === 'inject') return ['N', 'S', 'A'].includes(inject)
  return ['stall', 'drip', 'slice', 'late'].includes(kind)
}

/** How far an open portal is, with whether the transaction that it is in is its own. */
export type Opened =
  | { readonly is: 'open'; readonly ownsTransaction: boolean }
  /** It has given its last row; its own transaction stays for what belongs to the rows. */
  | { readonly is: 'exhausted'; readonly ownsTransaction: boolean }
  /** The transaction has ended, and the portal with it. */
  | { readonly is: 'gone'; readonly ownsTransaction: boolean }

/** How far a portal is. It opens with its first fetch, and closes once, whoever closes it. */
export type Phase =
  | { readonly is: 'new' }
  | Opened
  | { readonly is: 'closing'; readonly from: Opened | { readonly is: 'new' }; readonly closed: Promise<void> }

/** What happens to a portal. */
export type PortalEvent =
  | { readonly type: 'opened'; readonly ownsTransaction: boolean }
  | { readonly type: 'exhausted' }
  | { readonly type: 'transaction ended' }
  | { readonly type: 'closing'; readonly closed: Promise<void> }

/** The phase that follows. What cannot happen in a phase, or means nothing there, leaves it as it is. */
export function phaseAfter(phase: Phase, event: PortalEvent): Phase {
  switch (event.type) {
    case 'opened': {
      const opened = { is: 'open', ownsTransaction: event.ownsTransaction } as const
      if (phase.is === 'new') return opened
      // A fetch that had its turn only when the stream was being left already.
      return phase.is === 'closing' && phase.from.is === 'new' ? { ...phase, from: opened } : phase
    }
    case 'exhausted':
      return phase.is === 'open' ? { ...phase, is: 'exhausted' } : phase
    case 'transaction ended':
      return phase.is === 'open' || phase.is === 'exhausted' ? { ...phase, is: 'gone' } : phase
    case 'closing':
      return phase.is === 'closing' ? phase : { is: 'closing', from: phase, closed: event.closed }
  }
}

/** What a portal is, or was before it was closed. */
export function openedOf(phase: Phase): Opened | undefined {
  const held = phase.is === 'closing' ? phase.from : phase
  return held.is === 'new' ? undefined : held
}

import type { Mischief } from './mischief.js'

/** Conversations for a process of their own. */
export interface Task {
  /** Of the database itself. */
  readonly url: string
  /** One for each lane. */
  readonly proxies: readonly { readonly url: string; readonly lane: number }[]
  readonly application: string
  readonly seed: number
  readonly isSync: boolean
  /** The numbers of the first, and of the first that is none. */
  readonly from: number
  readonly to: number
  /** By `Date.now()`. */
  readonly until?: number
}

/** Has mischief done to the bytes of a lane, or ends that. */
export interface Order {
  readonly lane: number
  readonly mischief?: Mischief
}

export interface Answer {
  readonly lane: number
  readonly hasStruck: boolean
}

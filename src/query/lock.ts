/** How rows are locked while they are read: `FOR UPDATE [OF …] [NOWAIT | SKIP LOCKED]`. */
export interface RowLock {
  readonly strength: 'update' | 'no key update'
  /** Whose rows: `self` for the queryset's own table, else paths of joined relations. Empty: of all of them. */
  readonly of: readonly string[]
  /** What happens to rows that others have locked. */
  readonly waiting: 'wait' | 'noWait' | 'skipLocked'
}

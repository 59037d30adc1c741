/** Where a branch of `\if` stands: it runs, one before it has run, one may yet, or all of it is in a branch that does not run. */
type Branch = 'runs' | 'has run' | 'may run' | 'ignored'

/** What `\if`, `\elif`, `\else` and `\endif` of one file have come to. */
export class Conditions {
  readonly #branches: { state: Branch; isLast: boolean }[] = []

  /** Whether what comes next is run. */
  get isActive(): boolean {
    return this.#branches.every(({ state }) => state === 'runs')
  }

  get isOpen(): boolean {
    return this.#branches.length > 0
  }

  begin(isMet: () => boolean): void {
    const state = !this.isActive ? 'ignored' : isMet() ? 'runs' : 'may run'
    this.#branches.push({ state, isLast: false })
  }

  /** @returns `false` where there is no `\if` to go on with. */
  turn(isMet: () => boolean, isLast: boolean): boolean {
    const branch = this.#branches.at(-1)
    if (branch === undefined || branch.isLast) return false
    branch.isLast = isLast
    if (branch.state === 'runs') branch.state = 'has run'
    else if (branch.state === 'may run' && isMet()) branch.state = 'runs'
    return true
  }

  /** @returns `false` where there is no `\if` to end. */
  end(): boolean {
    return this.#branches.pop() !== undefined
  }
}

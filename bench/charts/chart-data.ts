import type { Held } from '../must-hold.js'

interface Titled {
  /** File name, without its ending. */
  readonly name: string
  readonly title: string
  readonly unit: string
}

/** Horizontal bars, each with its figure. */
export interface BarChart extends Titled {
  readonly kind: 'bars'
  readonly bars: readonly { readonly label: string; readonly value: number; readonly ours: boolean }[]
}

/** Lines over a logarithmic axis. */
export interface LineChart extends Titled {
  readonly kind: 'lines'
  /** What the horizontal axis tells. */
  readonly axis: string
  readonly lines: readonly {
    readonly label: string
    readonly ours: boolean
    /** A point whose y is NaN was not measured. */
    readonly points: readonly { readonly x: number; readonly y: number }[]
  }[]
}

/** How far the lines that must hold are from their targets. */
export interface TargetChart extends Titled {
  readonly kind: 'targets'
  readonly held: readonly Held[]
}

export type Chart = BarChart | LineChart | TargetChart

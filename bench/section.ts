import type { Chart } from './chart.js'

/** One part of the report. */
export interface Section {
  readonly id: string
  readonly title: string
  /** How it was measured, in a sentence or two. */
  readonly note: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly charts: readonly Chart[]
  /** Every single measurement. */
  readonly data: unknown
  /** What could not be measured, and why. */
  readonly missing: readonly string[]
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US')
export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)
export const ratio = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(2))

import type { Chart } from './charts/chart-data.js'
import type { Finding } from './must-hold.js'

/** One part of the report. */
export interface Section {
  readonly id: string
  readonly title: string
  /** How it was measured, in a sentence or two. */
  readonly note: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly charts: readonly Chart[]
  /** What it tells about the lines that must hold. */
  readonly findings: readonly Finding[]
  /** Every single measurement. */
  readonly data: unknown
  /** What could not be measured, and why. */
  readonly missing: readonly string[]
}

/** Sections that are still to be measured. */
export interface Plan {
  readonly id: string
  /** How long it will take, roughly. */
  readonly seconds: number
  run(): Promise<Section | readonly Section[]>
}

export const count = (value: number): string =>
  Number.isNaN(value) ? '-' : Math.round(value).toLocaleString('en-US')
export const megabytes = (bytes: number): string => (Number.isNaN(bytes) ? '-' : (bytes / 1e6).toFixed(0))
export const milliseconds = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(1))
export const ratio = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(2))

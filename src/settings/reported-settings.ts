import type { EventEmitter } from 'node:events'
import { Attached } from '../copies.js'

interface Report {
  readonly parameterName: string
  readonly parameterValue: string
}

const reported = new Attached<EventEmitter, ReportedSettings>('settings')

/**
 * What the server reports of a session's settings whenever one changes, at the latest with the ReadyForQuery after that:
 * those by which text is written and read.
 */
export class ReportedSettings {
  /** Followed from the start of the session on; otherwise what the settings are is not known. */
  isWhole: boolean
  /** Text crosses the wire as UTF-8, the only encoding that pg's client and ours read and write. */
  isUtf8 = true
  /** Dates and intervals in text format can be read. */
  isReadable = true
  readonly #values = new Map<string, string>()

  /** Those of pg's connection, followed from now on if they were not. */
  static of(connection: EventEmitter, isStarting = false): ReportedSettings {
    let settings = reported.get(connection)
    if (settings === undefined)
      reported.set(connection, (settings = new ReportedSettings(connection, isStarting)))
    return settings
  }

  private constructor(connection: EventEmitter, isStarting: boolean) {
    this.isWhole = isStarting
    connection.on('parameterStatus', ({ parameterName, parameterValue }: Report) =>
      this.set(parameterName, parameterValue),
    )
  }

  get(name: string): string | undefined {
    return this.#values.get(name)
  }

  set(name: string, value: string): void {
    this.#values.set(name, value)
    this.isUtf8 = /^(?:utf-?8|unicode)$/i.test(this.get('client_encoding') ?? 'UTF8')
    this.isReadable =
      (this.get('DateStyle') ?? 'ISO').startsWith('ISO') &&
      ['postgres', 'iso_8601'].includes(this.get('IntervalStyle') ?? 'postgres')
  }
}

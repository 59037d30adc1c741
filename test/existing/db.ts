import type { ColumnType } from 'kysely'

/** As kysely-codegen writes it with `--camel-case`, for what pg's parsers give. */
export type Generated<T> =
  T extends ColumnType<infer S, infer I, infer U>
    ? ColumnType<S, I | undefined, U>
    : ColumnType<T, T | undefined, T>
export type Int8 = ColumnType<string, bigint | number | string, bigint | number | string>
export type Numeric = ColumnType<string, number | string, number | string>
export type Timestamp = ColumnType<Date, Date | string, Date | string>
export type Json = ColumnType<unknown, string, string>

export interface Accounts {
  id: Generated<Int8>
  fullName: string
  balance: Numeric
  bornOn: Timestamp | null
  createdAt: Generated<Timestamp>
  settings: Json
  loginCount: Generated<number>
  nickNames: string[] | null
  moodToday: 'happy' | 'so-so' | null
  trialPeriod: { days: number } | null
  avatarBytes: Buffer | null
}

export interface DB {
  accounts: Accounts
}

/** A value of a JSON document by its text, in which numbers have all their digits. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** A date or time of a file that has them as such: in UTC, without an offset. */
export class Moment {
  constructor(readonly text: string) {}
}

/** A value as a file has it; null for none. */
export type Given = JsonText | string | number | bigint | boolean | Moment | Uint8Array | object | null

/** A value of a JSON document by its text, in which numbers have all their digits. */
export class JsonText {
  /** @param hasNull - whether the file has NULL beside JSON's `null`, which in a JSON document are the same. */
  constructor(
    readonly text: string,
    readonly hasNull = false,
  ) {}
}

/** A date or time of a file that has them as such: in UTC, without an offset. */
export class Moment {
  constructor(readonly text: string) {}
}

/** A value as a file has it; null for none. */
export type Given = JsonText | string | number | bigint | boolean | Moment | Uint8Array | object | null

declare module 'pg/lib/utils.js' {
  /** How pg's own client turns a JavaScript value into a parameter. */
  export function prepareValue(value: unknown): string | Buffer | null
}

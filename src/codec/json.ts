/** What `json` and `jsonb` columns hold once parsed. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

/** What Django has, its form here as code, and where there is none, what there is in its place. */
export type Form = readonly [django: string, code: string, note?: string]

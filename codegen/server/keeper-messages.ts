/** What the keeper is asked, as the first line on its standard input. The input's end asks it to stop. */
export interface KeeperOrder {
  readonly nativeFolder: string
  readonly password: string
  readonly settings: Readonly<Record<string, string>>
}

/** What the keeper answers, one JSON value per line on its standard output. */
export type KeeperMessage =
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'ready'; readonly port: number; readonly logFile: string }
  | { readonly kind: 'failed'; readonly text: string }

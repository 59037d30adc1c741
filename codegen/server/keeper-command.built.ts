import { fileURLToPath } from 'node:url'

/** What Node is given to run the keeper: the file beside this. */
export function keeperCommand(): string[] {
  return [fileURLToPath(new URL('./keeper.js', import.meta.url))]
}

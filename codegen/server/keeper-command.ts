import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What Node is given to run the keeper from source. The build has keeper-command.built.ts in the place of this file. */
export function keeperCommand(): string[] {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return ['--import', loader, fileURLToPath(new URL('./keeper.ts', import.meta.url))]
}

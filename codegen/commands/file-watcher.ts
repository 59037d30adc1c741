import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { CodegenError, messageOf } from '../errors.js'

/** Editors write in several steps: what comes within this time of the last one, in milliseconds, is one change. */
const QUIET = 100

/**
 * Watches files through their folders, since many editors put a new file in the old one's place.
 */
export class FileWatcher {
  readonly #folders = new Map<string, FSWatcher>()
  #files = new Set<string>()
  #changed: string | undefined
  #timer: NodeJS.Timeout | undefined
  #wake: () => void = () => undefined

  /**
   * Watches these files and no others.
   *
   * @throws {@link CodegenError} for a folder that is not there.
   */
  watch(files: readonly string[]): void {
    this.#files = new Set(files.map((file) => resolve(file)))
    const folders = new Set([...this.#files].map((file) => dirname(file)))
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue
      watcher.close()
      this.#folders.delete(folder)
    }
    for (const folder of folders) {
      if (this.#folders.has(folder)) continue
      const watcher = this.#open(folder)
      // A folder that goes takes its files with it, which the next run says.
      watcher.on('error', () => {
        watcher.close()
        this.#folders.delete(folder)
      })
      this.#folders.set(folder, watcher)
    }
  }

  /** The name of a file that has changed since the last call, as soon as there is one; undefined once aborted. */
  change(signal: AbortSignal): Promise<string | undefined> {
    return new Promise((done) => {
      const settle = (): void => {
        if (this.#changed === undefined && !signal.aborted) return
        signal.removeEventListener('abort', settle)
        this.#wake = () => undefined
        const changed = this.#changed
        this.#changed = undefined
        done(signal.aborted ? undefined : changed)
      }
      signal.addEventListener('abort', settle)
      this.#wake = settle
      if (this.#timer === undefined) settle()
    })
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  #open(folder: string): FSWatcher {
    try {
      return watch(folder, (_event, name) => this.#saw(folder, name))
    } catch (error) {
      throw new CodegenError(`Cannot watch the folder ${folder}: ${messageOf(error)}`, { cause: error })
    }
  }

  #saw(folder: string, name: string | null): void {
    // Some systems do not say which file it was.
    if (name !== null && !this.#files.has(resolve(folder, name))) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#changed = name === null ? basename(folder) : name
      this.#wake()
    }, QUIET)
  }
}

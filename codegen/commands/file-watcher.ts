import { type Stats, unwatchFile, watchFile } from 'node:fs'
import { basename, resolve } from 'node:path'

/** How often the files are looked at, in milliseconds. */
const INTERVAL = 100

/** Editors write in several steps: what comes within this time of the last one, in milliseconds, is one change. */
const QUIET = 150

type Listener = (now: Stats, before: Stats) => void

/**
 * Watches files by looking at them. What a system tells of changes ends with the folder that it tells them of, and does
 * not pass links or the border of a container.
 */
export class FileWatcher {
  readonly #files = new Map<string, Listener>()
  #changed: string | undefined
  #timer: NodeJS.Timeout | undefined
  #wake: () => void = () => undefined

  /** Watches these files and no others, whether they are there or not. */
  watch(files: readonly string[]): void {
    const wanted = new Set(files.map((file) => resolve(file)))
    for (const file of this.#files.keys()) if (!wanted.has(file)) this.#leave(file)
    for (const file of wanted) this.add(file)
  }

  /** Watches another file as well. */
  add(path: string): void {
    const file = resolve(path)
    if (this.#files.has(file)) return
    const listener: Listener = (now, before) => {
      if (isOther(now, before)) this.#saw(basename(file))
    }
    this.#files.set(file, listener)
    watchFile(file, { interval: INTERVAL }, listener)
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
    for (const file of this.#files.keys()) this.#leave(file)
  }

  #leave(file: string): void {
    unwatchFile(file, this.#files.get(file))
    this.#files.delete(file)
  }

  #saw(name: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#changed = name
      this.#wake()
    }, QUIET)
  }
}

/** Being read changes what Node tells of a file too. */
function isOther(now: Stats, before: Stats): boolean {
  return now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino
}

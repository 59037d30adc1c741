import { randomBytes } from 'node:crypto'
import { type FileHandle, chmod, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CodegenError } from '../../errors.js'
import { notWritten } from './not-written.js'

/** A file that gets its name when it is whole: until then it is written beside it, and nothing is there that was not before. */
export class PartialFile {
  readonly handle: FileHandle
  readonly #partial: string
  readonly #path: string
  readonly #mode: number | undefined

  private constructor(handle: FileHandle, partial: string, path: string, mode: number | undefined) {
    this.handle = handle
    this.#partial = partial
    this.#path = path
    this.#mode = mode
  }

  /** @throws {@link CodegenError} where a file cannot be made, and for one that is there, unless it is to be replaced. */
  static async open(path: string, { force }: { readonly force: boolean }): Promise<PartialFile> {
    const present = await stat(path).catch(() => undefined)
    if (present !== undefined && !force) {
      throw new CodegenError(`${path} is there already. Give --force to replace it, or another name.`)
    }
    // A link stays, and leads to the new file.
    const place = present === undefined ? path : await realpath(path)
    const partial = join(dirname(place), `.${basename(place)}.${randomBytes(4).toString('hex')}.part`)
    const handle = await open(partial, 'wx').catch((error: unknown) => {
      throw notWritten(path, error)
    })
    return new PartialFile(handle, partial, place, present?.mode)
  }

  /** Gives it its name. What was written is on the disk by then. */
  async publish(): Promise<void> {
    if (this.#mode !== undefined) await chmod(this.#partial, this.#mode)
    await rename(this.#partial, this.#path)
    // So that the name is there after a power failure too, where the system lets folders be synchronized.
    const folder = await open(dirname(this.#path)).catch(() => undefined)
    await folder?.sync().catch(() => undefined)
    await folder?.close()
  }

  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined)
    await rm(this.#partial, { force: true })
  }
}

import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { pipeline as piped } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CodegenError, messageOf } from '../../errors.js'
import type { InputFile } from '../formats/format.js'
import type { NamedFile } from '../formats/names.js'

/** A file that is read, with what has to go again. */
export interface Source extends InputFile, AsyncDisposable {
  /** Its size in bytes; undefined where that is not known before its end. */
  readonly size: number | undefined
  /** Bytes that were read of it. */
  readonly position: () => number
}

/** @throws {@link CodegenError} for a file that cannot be read. */
export async function sourceOf({ path, isGzip }: NamedFile): Promise<Source> {
  const present = path === '-' ? undefined : await sizeOf(path)
  let position = 0
  let folder: string | undefined
  let opened: Readable | undefined
  const stream = (): Readable => {
    const bytes = path === '-' ? process.stdin : createReadStream(path)
    opened = bytes
    bytes.on('data', (chunk: string | Buffer) => void (position += chunk.length))
    // What listens must not start it before it is piped.
    bytes.pause()
    return isGzip ? pipeline(bytes, createGunzip(), () => undefined) : bytes
  }
  return {
    stream,
    path: async () => {
      if (path !== '-' && !isGzip) return path
      folder = await mkdtemp(join(tmpdir(), 'sluice-import-'))
      const whole = join(folder, 'file')
      await piped(stream(), createWriteStream(whole))
      return whole
    },
    size: present,
    position: () => position,
    [Symbol.asyncDispose]: async () => {
      // A process does not end while it waits for its input.
      opened?.destroy()
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Why a file could not be read to its end, in words for the command line; what is no failure of reading stays as it is. */
export function readFailure(error: unknown, path: string): unknown {
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown }
  if (typeof code === 'string' && code.startsWith('Z_')) {
    return new CodegenError(`Could not unpack ${path}, which is no whole gzip: ${messageOf(error)}`, {
      cause: error,
    })
  }
  if (syscall !== 'read') return error
  return new CodegenError(`Could not read ${path}: ${messageOf(error)}`, { cause: error })
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) throw new CodegenError(`${path} is a folder: name a file in it.`)
    return found.isFile() ? found.size : undefined
  } catch (error) {
    if (error instanceof CodegenError) throw error
    throw new CodegenError(`Could not read ${path}: ${messageOf(error)}`, { cause: error })
  }
}

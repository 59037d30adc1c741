import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { CodegenError } from '../../errors.js'
import type { NamedFile } from '../formats/names.js'
import { notWritten } from './not-written.js'
import { PartialFile } from './partial-file.js'

type Parts = AsyncIterable<string | Uint8Array>

/** Writes all of it; or nothing is there that was not before. */
export type Write = (parts: Parts, signal: AbortSignal) => Promise<void>

/**
 * Where what is written goes: into a file, once it is whole; into pipes and devices as it comes.
 *
 * @throws {@link CodegenError} for a file that is there already, unless it is to be replaced.
 */
export async function targetOf(
  { path, isGzip }: Pick<NamedFile, 'path' | 'isGzip'>,
  options: { readonly force: boolean },
): Promise<Write> {
  const flow = (parts: Parts, to: Writable, name: string, signal: AbortSignal) =>
    flowInto(to, name, parts, { isGzip, signal })
  if (path === '-') return (parts, signal) => flow(parts, process.stdout, 'to the standard output', signal)
  const present = await stat(path).catch(() => undefined)
  if (present?.isDirectory() === true) throw new CodegenError(`${path} is a folder: name a file in it.`)
  if (present?.isFile() === false) {
    return (parts, signal) => flow(parts, createWriteStream(path), path, signal)
  }
  const file = await PartialFile.open(path, options)
  return async (parts, signal) => {
    try {
      await flow(parts, file.handle.createWriteStream({ flush: true }), path, signal)
      await file.publish()
    } catch (error) {
      await file.discard()
      throw error
    }
  }
}

async function flowInto(
  to: Writable,
  name: string,
  parts: Parts,
  { isGzip, signal }: { readonly isGzip: boolean; readonly signal: AbortSignal },
): Promise<void> {
  let haveRowsFailed = false
  async function* bytes(): AsyncIterable<Uint8Array> {
    try {
      for await (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part
    } catch (error) {
      haveRowsFailed = true
      throw error
    }
  }
  // What the target says comes before what follows from it elsewhere; what the rows say reaches it as well, and is theirs.
  let failure: Error | undefined
  to.on('error', (error) => {
    if (!haveRowsFailed) failure ??= notWritten(name, error)
  })
  const source = Readable.from(bytes(), { objectMode: false, highWaterMark: 65_536 })
  const streams = [source, ...(isGzip ? [createGzip()] : []), to]
  try {
    await pipeline(streams, { signal, end: to !== process.stdout })
    if (to === process.stdout) await taken(to)
  } catch (error) {
    throw failure ?? error
  }
}

/** The standard output is not ended: it is done with once it has taken what was written. */
function taken(to: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write('', (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}

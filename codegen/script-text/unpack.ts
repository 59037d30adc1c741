import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { CodegenError, messageOf } from '../errors.js'
import type { Format } from './format.js'

type Unpack = (bytes: Buffer) => Promise<Buffer>

/** Node has zstd from 22.15 on. */
const { zstdDecompress } = zlib as unknown as { readonly zstdDecompress?: typeof zlib.gunzip }

const UNPACK: Readonly<Record<'gzip' | 'zstd' | 'other', Unpack | undefined>> = {
  gzip: promisify(zlib.gunzip),
  zstd: zstdDecompress && promisify(zstdDecompress),
  other: undefined,
}

/** What a compressed file holds. @throws CodegenError where Node cannot unpack it, and for one that is damaged. */
export async function unpacked(
  path: string,
  bytes: Buffer,
  { by, name, advice }: Extract<Format, { kind: 'compressed' }>,
): Promise<Buffer> {
  const unpack = UNPACK[by]
  if (unpack === undefined) {
    throw new CodegenError(`${path} is ${name}, which this Node cannot unpack. ${advice} ${path}`)
  }
  try {
    return await unpack(bytes)
  } catch (error) {
    throw new CodegenError(`${path} is ${name}, and damaged or too large: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

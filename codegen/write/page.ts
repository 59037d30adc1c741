import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { PAGE_MARK } from '../docs/mark.js'
import { CodegenError, messageOf } from '../errors.js'

/** A Markdown page as it is. */
export interface Page {
  readonly path: string
  /** Undefined when there is none yet. */
  readonly present: string | undefined
}

/** A Markdown page as it is, and as it should be. */
export interface PageChange extends Page {
  readonly wanted: string
}

/**
 * @param out - the output folder, where the next run would take a page for somebody else's.
 * @throws {@link CodegenError} when the page is in there, or the file is not ours, so that nothing of others is ever
 * written over.
 */
export async function readPage(path: string, out: string): Promise<Page> {
  if (isInside(out, path)) {
    throw new CodegenError(
      `The page ${path} would be in the output folder ${out}, which holds generated code alone. Give another --docs.`,
    )
  }
  try {
    const present = (await readFile(path, 'utf8')).replaceAll('\r\n', '\n')
    if (present.startsWith(PAGE_MARK)) return { path, present }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { path, present: undefined }
    throw new CodegenError(`Cannot write the page ${path}: ${messageOf(error)}`, { cause: error })
  }
  throw new CodegenError(
    `${path} was not written by the generator. Nothing was changed. Move it elsewhere, or give another --docs.`,
  )
}

/** Whether the page is as it should be; so is one that nobody wants. */
export function isPageUpToDate(page: PageChange | undefined): boolean {
  return page === undefined || page.present === page.wanted
}

/** Writes the page unless it is up to date; it is never seen half-written. */
export async function writePage(page: PageChange): Promise<void> {
  if (isPageUpToDate(page)) return
  const { path, wanted } = page
  const staging = `${path}.${process.pid}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(staging, wanted)
    await rename(staging, path)
  } catch (error) {
    await rm(staging, { force: true }).catch(() => undefined)
    throw new CodegenError(`Cannot write the page ${path}: ${messageOf(error)}`, { cause: error })
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(resolve(folder), resolve(path))
  return way.split(sep)[0] !== '..' && !isAbsolute(way)
}

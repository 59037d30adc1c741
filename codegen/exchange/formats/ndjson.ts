import type { Readable } from 'node:stream'
import { JsonText } from '../cells/given.js'
import { membersOf } from '../cells/json-parts.js'
import { jsonOf } from '../cells/json.js'
import type { ExportColumn, FileRow, FileRows, InputFile, Values } from './format.js'

/** An object on each line. */
export async function* writeNdjson(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly Values[]>,
): AsyncIterable<string> {
  const names = columns.map(({ name }) => JSON.stringify(name))
  const lineOf = (row: Values) =>
    `{${columns.map(({ type }, index) => `${names[index]}:${jsonOf(type, row[index])}`).join(',')}}\n`
  for await (const rows of batches) yield rows.map(lineOf).join('')
}

export function readNdjson(file: InputFile): Promise<FileRows> {
  return Promise.resolve({ fields: undefined, place: 'line', rows: rowsOf(file.stream()) })
}

async function* rowsOf(stream: Readable): AsyncIterable<FileRow> {
  let place = 0
  for await (const line of linesOf(stream)) {
    place++
    if (line.trim() !== '') yield rowOf(place, line)
  }
}

function rowOf(place: number, line: string): FileRow {
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return {
        place,
        values: new Map([...membersOf(line)].map(([name, text]) => [name, new JsonText(text)])),
      }
    }
  } catch {
    // What JSON.parse says shows some of the line.
  }
  return { place, values: new Map([['', line]]), problem: 'is no JSON object' }
}

/** Lines of UTF-8, without their ends. */
async function* linesOf(stream: Readable): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes as Buffer, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}

import { Query, type Connection, type QueryResult } from 'pg'

/** What pg's connections have for COPY, and its types do not mention. */
interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** Bytes per CopyData message. */
const chunkLength = 1 << 20

/** One statement of a script, sent as psql sends it; when the server asks for COPY data, `takeData` gives them. */
export class ScriptQuery extends Query {
  readonly #takeData: () => string

  constructor(
    text: string,
    takeData: () => string,
    done: (error: Error | undefined | null, result: QueryResult) => void,
  ) {
    super(text, done)
    this.#takeData = takeData
  }

  /** Called by pg. */
  handleCopyInResponse(connection: CopyConnection): void {
    const data = Buffer.from(this.#takeData())
    for (let start = 0; start < data.length; start += chunkLength) {
      connection.sendCopyFromChunk(data.subarray(start, start + chunkLength))
    }
    connection.endCopyFrom()
  }
}

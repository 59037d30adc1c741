import pg from 'pg'
import { statement } from './statement.mjs'

const COMMAND_COMPLETE = 0x43
const READY = 0x5a
const ERROR = 0x45

/** The floor: COPY in binary, whose bytes are walked message by message and thrown away. */
export async function open(job) {
  const client = new pg.Client({ connectionString: job.url })
  await client.connect()
  const { stream } = client.connection
  // pg has connected and authenticated; from here on its parser would only cost time.
  stream.removeAllListeners('data')
  const read = (sql, onRows) =>
    new Promise((resolve, reject) => {
      const walk = walker((type, body) => {
        if (type === ERROR) reject(new Error(body().toString().replaceAll('\0', ' ')))
        if (type === COMMAND_COMPLETE) onRows(Number(/\d+/.exec(body().toString())[0]))
        if (type !== READY) return
        stream.off('data', walk)
        resolve()
      })
      stream.on('data', walk)
      stream.write(simpleQuery(`copy (${sql}) to stdout (format binary)`))
    })
  return {
    warm: () => read(statement(job, 1), () => undefined),
    read: (onRows) => read(statement(job), onRows),
    close: () => client.end(),
  }
}

function simpleQuery(sql) {
  const text = Buffer.from(`${sql}\0`)
  const head = Buffer.alloc(5)
  head.write('Q')
  head.writeInt32BE(text.length + 4, 1)
  return Buffer.concat([head, text])
}

/** Tells each message that is not CopyData, wherever the network cuts the bytes. */
function walker(onMessage) {
  const COPY_DATA = 0x64
  let rest = Buffer.alloc(0)
  // Bytes of a message of CopyData that are still to come.
  let skip = 0
  return (data) => {
    if (data.length <= skip) {
      skip -= data.length
      return
    }
    const bytes = rest.length === 0 ? data : Buffer.concat([rest, data])
    let at = skip
    skip = 0
    while (at + 5 <= bytes.length) {
      const type = bytes[at]
      const end = at + 1 + bytes.readInt32BE(at + 1)
      if (end > bytes.length && type !== COPY_DATA) break
      if (type !== COPY_DATA) onMessage(type, () => bytes.subarray(at + 5, end))
      at = end
    }
    if (at > bytes.length) skip = at - bytes.length
    rest = at < bytes.length ? bytes.subarray(at) : Buffer.alloc(0)
  }
}

/** Rows for the table "loaded", one after the other, the same for everyone. */
export function* loadedRows(count) {
  for (let n = 1; n <= count; n++) {
    yield {
      id: n,
      email: `user${n}@example.com`,
      name: `row ${n} of the loaded table`,
      city: n % 5 === 0 ? null : `Zürich ${n % 90}`,
      preferences: { n, name: `n${n}`, flags: [true, null, n % 7] },
      active: n % 3 === 0,
      score: (n % 97) * 3.25,
      amount: `${n % 1000}.${10 + (n % 90)}`,
      at: new Date(1_600_000_000_000 + n * 60_000),
    }
  }
}

export const fields = ['id', 'email', 'name', 'city', 'preferences', 'active', 'score', 'amount', 'at']

export const emptied = 'truncate loaded'

const special = /[\\\n\r\t]/
const escapes = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const text = (value) =>
  special.test(value) ? value.replaceAll(/[\\\n\r\t]/g, (character) => escapes[character]) : value

/** Of one write to the stream: a row each would take twice as long. */
const chunk = 64 * 1024

/** The rows as text for COPY, as people write it by hand for this one table, in chunks. */
export function* copyText(count) {
  let lines = ''
  for (const row of loadedRows(count)) {
    const { id, email, name, city, preferences, active, score, amount, at } = row
    lines += `${id}\t${text(email)}\t${text(name)}\t${city === null ? '\\N' : text(city)}\t`
    lines += `${text(JSON.stringify(preferences))}\t${active ? 't' : 'f'}\t${score}\t${amount}\t${at.toISOString()}\n`
    if (lines.length < chunk) continue
    yield lines
    lines = ''
  }
  if (lines !== '') yield lines
}

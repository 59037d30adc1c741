/** Rows to write into the table "targets", the same for everyone. */
export function newRows(count, version = 1) {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    name: `name ${index} v${version}`,
    email: `user${index}@example.com`,
    amount: `${index % 1000}.${version}5`,
    active: (index + version) % 2 === 0,
    payload: { index, version },
    at: new Date(1_600_000_000_000 + index * 1000 + version),
  }))
}

export const fields = ['id', 'name', 'email', 'amount', 'active', 'payload', 'at']
export const types = ['int4', 'text', 'text', 'numeric', 'bool', 'jsonb', 'timestamptz']
/** Fields that an update sets. */
export const changed = fields.slice(1)

/** Parameters of one statement are 65,535 at most. */
export const batch = 9000

export function inBatches(rows) {
  return Array.from({ length: Math.ceil(rows.length / batch) }, (_, index) =>
    rows.slice(index * batch, (index + 1) * batch),
  )
}

/** `count` rows as they are before a run: none for "create", the first version for "update". */
export const setUp = (form, count) =>
  form === 'update'
    ? `truncate targets;
       insert into targets
       select n, 'old', 'old', 0, true, '{}', now() from generate_series(1, ${count}) as n;
       analyze targets`
    : 'truncate targets; analyze targets'

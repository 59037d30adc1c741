/** Small queries, the same for everyone: `limit` calls of one kind, `atOnce` at a time. */
export function caller(job, calls) {
  const call = calls[job.form]
  let number = 0
  const run = async (total, onRows) => {
    let left = total
    const worker = async () => {
      while (left-- > 0) {
        await call(number++)
        onRows(1)
      }
    }
    await Promise.all(Array.from({ length: job.atOnce }, worker))
  }
  return {
    warm: () => run(Math.min(job.limit, 2000), () => undefined),
    read: (onRows) => run(job.limit, onRows),
  }
}

/** Of the table "mixed", a key that changes from call to call. */
export const keyOf = (job, number) => ((number * 7919) % (job.tableRows - 20)) + 1

/** A new row of the table "notes". */
export const newNote = (number) => ({
  name: `note ${number}`,
  email: `u${number}@example.com`,
  amount: '12.50',
})

/** Parents with what two relations lead to. */
export function joined(parents, children, toys) {
  const byParent = new Map(parents.map((parent) => [parent.id, { ...parent, children: [], toys: [] }]))
  for (const child of children) byParent.get(child.parent_id).children.push(child)
  for (const toy of toys) byParent.get(toy.parent_id).toys.push(toy)
  return [...byParent.values()]
}

import type { UsersRepository } from '../generated/index.js'

/**
 * Gives users without tags a tag by the host of their e-mail address: one stream of all of them, a transformation, and
 * an UPDATE per 500 rows. Constant memory however many there are, and each batch stands for itself, so that a run that
 * was cut off goes on where it stopped when it is started again.
 *
 * @returns how many users were changed.
 */
export async function backfillTags(users: UsersRepository): Promise<number> {
  const untagged = users.filter({ tags: [] }).orderBy('id').only('email')

  async function* tagged() {
    for await (const { id, email } of untagged.aiterator()) {
      const host = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
      yield { id, tags: [`host:${host}`] }
    }
  }
  return users.bulkUpdate(tagged(), ['tags'], { batchSize: 500 })
}

import type { QuerySet } from 'sluice'
import type { UsersModel } from '../../generated/index.js'

type Users = QuerySet<UsersModel>

/** A way to read all rows. `onRows` is told of rows as the loop gets them. */
type Form = (users: Users, onRows: (rows: number) => void) => Promise<void> | void

/** What is compared, by the code that a reader would write. */
export const forms = {
  'toArray()': async (users, onRows) => {
    onRows((await users.toArray()).length)
  },
  'aiterator()': async (users, onRows) => {
    for await (const _user of users.aiterator()) onRows(1)
  },
  'aiterator(), batches of 500': async (users, onRows) => {
    for await (const batch of users.aiterator({ batchYieldSize: 500 })) onRows(batch.length)
  },
  'iterator()': (users, onRows) => {
    for (const _user of users.iterator()) onRows(1)
  },
  'iterator(), batches of 500': (users, onRows) => {
    for (const batch of users.iterator({ batchYieldSize: 500 })) onRows(batch.length)
  },
} satisfies Record<string, Form>

export type FormName = keyof typeof forms

/** @throws Error for a name that is not among them. */
export function formOf(name: string): Form {
  const form = (forms as Record<string, Form>)[name]
  if (form === undefined) throw new Error(`There is no form "${name}".`)
  return form
}

/** A program that leaves a synchronous iterator half-way, and ends as its argument says. */
import { Kysely } from 'kysely'
import pg from 'pg'
import { Repository, SluiceDialect } from '../../../src/index.js'
import type { NumbersModel } from './fault-database.js'

const [, , connectionString, how] = process.argv
const db = new Kysely<object>({ dialect: new SluiceDialect({ pool: new pg.Pool({ connectionString }) }) })

class Numbers extends Repository<NumbersModel> {
  constructor() {
    super(db, {
      schema: 'public',
      name: 'numbers',
      kind: 'view',
      columns: [{ property: 'id', name: 'id', type: 'int4', nullable: false, optional: false }],
      primaryKey: [],
      uniqueKeys: [],
      foreignKeys: [],
    })
  }
}

const rows = new Numbers().iterator({ chunkSize: 10 })
for (let step = rows.next(); step.done !== true; step = rows.next()) {
  if (step.value.id !== 15) continue
  process.stdout.write('15\n')
  break
}
if (how === 'exits') process.exit(3)
process.on('uncaughtException', () => process.exit(3))
if (how === 'throws') throw new Error('thrown on purpose')

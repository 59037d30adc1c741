import type { ScenarioGroup } from '../scenario.js'
import { backend } from './backend.js'
import { consumer } from './consumer.js'
import { deadlines } from './deadlines.js'
import { limits } from './limits.js'
import { network } from './network.js'
import { pgbouncer } from './pgbouncer.js'
import { pool } from './pool.js'
import { scriptedServer } from './scripted-server.js'
import { transactions } from './transactions.js'
import { values } from './values.js'
import { worker } from './worker.js'

/** In the order of the page. */
export const scenarioGroups: readonly ScenarioGroup[] = [
  backend,
  limits,
  deadlines,
  network,
  scriptedServer,
  pgbouncer,
  consumer,
  transactions,
  pool,
  values,
  worker,
]

import './last-words.js'
import { heldPg } from './held-pg.js'

// Only now, and not by imports that come before all else: what cannot be loaded is told.
void Promise.all([import('pg'), import('pg/lib/utils.js')]).then(
  ([{ default: pg }, { default: pgUtils }]) => {
    Object.assign(heldPg, { pg, pgUtils })
    return import('./worker.js')
  },
)

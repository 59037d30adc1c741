import './last-words.js'
import { workerData } from 'node:worker_threads'
import { loadPg } from './held-pg.js'
import type { WorkerSettings } from './messages.js'
import { work } from './worker.js'

// Only now, and not by an import that comes before all else: what cannot be loaded is told.
void loadPg().then(() => work(workerData as WorkerSettings))

import { Worker } from 'node:worker_threads'

/** The program of the tests, in a thread. */
new Worker(new URL('./exercise.js', import.meta.url), { argv: process.argv.slice(2) })

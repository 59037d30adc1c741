'use strict'
// Instrumentation first: it sees what is loaded after it.
const run = require(`./${process.argv[2]}.cjs`)
run(require('./exercise.cjs')).then(
  // Agents keep timers and sockets of their own.
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
process.on('uncaughtException', (error) => {
  process.stderr.write(`uncaught: ${error.stack}\n`)
  process.exit(2)
})

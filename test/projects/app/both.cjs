// Runs each of the programs, of which both are to say the same.
const { execFileSync } = require('node:child_process')

const said = process.argv.slice(2).map((program) => execFileSync(process.execPath, [program]).toString())
process.stdout.write(said[0] === said[1] ? said[0] : `They differ: ${said.join('')}`)

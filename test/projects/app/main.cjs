const { exercise } = require('./exercise.mjs')

exercise().then((outcome) => process.stdout.write(`${outcome}\n`))

'use strict'
require('dd-trace').init({ startupLogs: false, dbmPropagationMode: 'full' })
module.exports = (exercise) => exercise(require('pg'))

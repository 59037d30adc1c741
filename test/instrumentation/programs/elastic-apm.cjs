'use strict'
const apm = require('elastic-apm-node')
apm.start({ serviceName: 'test', serverUrl: 'http://127.0.0.1:9', logLevel: 'off', centralConfig: false })
apm.startTransaction('test')
module.exports = (exercise) => exercise(require('pg'))

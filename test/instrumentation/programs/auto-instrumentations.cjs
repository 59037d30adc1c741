'use strict'
for (const signal of ['TRACES', 'METRICS', 'LOGS']) process.env[`OTEL_${signal}_EXPORTER`] = 'none'
require('@opentelemetry/auto-instrumentations-node/register')
module.exports = (exercise) => exercise(require('pg'))

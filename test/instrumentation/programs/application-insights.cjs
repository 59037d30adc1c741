'use strict'
const insights = require('applicationinsights')
const key = '00000000-0000-0000-0000-000000000000'
insights.setup(`InstrumentationKey=${key};IngestionEndpoint=http://127.0.0.1:9/`).start()
module.exports = (exercise) => exercise(require('pg'))

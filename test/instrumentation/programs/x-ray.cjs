'use strict'
const xray = require('aws-xray-sdk-core')
const capture = require('aws-xray-sdk-postgres')
xray.setDaemonAddress('127.0.0.1:9')
const pg = capture(require('pg'))
module.exports = (exercise) =>
  new Promise((resolve, reject) => {
    xray.getNamespace().run(() => {
      xray.setSegment(new xray.Segment('test'))
      exercise(pg).then(resolve, reject)
    })
  })

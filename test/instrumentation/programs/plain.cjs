'use strict'
module.exports = (exercise) => exercise(require('pg'))

export { originOf } from './extensions.js'
export { LeftOuts, type LeftOut } from './left-out.js'
export { MISSING } from './remedies.js'
export { runSqlFile, runSqlText, type RunOptions } from './run.js'

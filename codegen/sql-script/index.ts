export { LeftOuts, type LeftOut } from './left-out.js'
export { runSqlFile, runSqlText, type RunOptions } from './run.js'

export { runSqlFile, runSqlText, type RunOptions } from './run.js'

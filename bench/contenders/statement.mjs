/** The SQL of a job, for those who write it themselves. Names are the benchmark's own. */
export function statement({ table, limit }, most = limit) {
  return `select * from ${table}${most === undefined ? '' : ` limit ${most}`}`
}

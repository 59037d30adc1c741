export { createDatabase, databaseUrl, type DatabaseOptions, type ScratchDatabase } from './database.js'
export { startServer, type Server, type ServerOptions } from './server.js'
export { dropMadeRoles, type MadeRole } from './made-roles.js'
export { dropLeftDatabases, dropRoles } from './leftover-databases.js'

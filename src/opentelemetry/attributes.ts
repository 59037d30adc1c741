import { SpanKind, type Attributes, type SpanOptions } from '@opentelemetry/api'
import type { QueryTrace } from '../trace/query-trace.js'

/** What spans and metrics have in common, by the semantic conventions of databases. */
export function commonAttributes({ operation, table, server, error }: QueryTrace): Attributes {
  const { database, host, port } = server
  return {
    'db.system.name': 'postgresql',
    'db.collection.name': table,
    'db.operation.name': operation,
    ...(database !== undefined && { 'db.namespace': database }),
    ...(host !== undefined && { 'server.address': host }),
    ...(port !== undefined && { 'server.port': port }),
    ...(error !== undefined && { 'error.type': errorType(error) }),
  }
}

/** Pools have no name of their own. */
export function poolAttributes({ server: { host, port, database } }: QueryTrace): Attributes {
  return { 'db.client.connection.pool.name': `${host ?? ''}:${port ?? ''}/${database ?? ''}` }
}

/** A span as it begins. */
export function spanOptions(trace: QueryTrace, queryText: boolean): SpanOptions {
  const text = queryText && { 'db.query.text': trace.sql }
  const attributes = { ...commonAttributes(trace), 'sluice.kind': trace.kind, ...text }
  return { kind: SpanKind.CLIENT, attributes }
}

/** What is known of it when it is over. */
export function resultAttributes(trace: QueryTrace): Attributes {
  const { kind, rows, chunks, fetchMs, waitMs, firstRowMs } = trace
  return {
    ...commonAttributes(trace),
    ...(kind === 'write' ? { 'sluice.rows': rows } : { 'db.response.returned_rows': rows }),
    'sluice.chunks': chunks,
    'sluice.fetch.duration': fetchMs / 1000,
    ...(waitMs !== undefined && { 'sluice.wait.duration': waitMs / 1000 }),
    ...(firstRowMs !== undefined && { 'sluice.first_row.duration': firstRowMs / 1000 }),
    ...responseStatus(trace.error),
  }
}

/** The server's own code, as of most errors by which it answers. */
function responseStatus(error: unknown): Attributes {
  const sqlState = named(error, 'sqlState')
  return sqlState === undefined ? {} : { 'db.response.status_code': sqlState }
}

/** The code of an error, or its class where it has none. */
function errorType(error: unknown): string {
  return named(error, 'code') ?? named(error, 'name') ?? '_OTHER'
}

function named(error: unknown, property: string): string | undefined {
  if (typeof error !== 'object' || error === null || !(property in error)) return undefined
  // It is in there.
  const value = (error as Record<string, unknown>)[property]
  return typeof value === 'string' ? value : undefined
}

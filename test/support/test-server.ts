import { inject } from 'vitest'

/** The run's server, as the global setup hands it to the test files. */
export interface TestServer {
  /** Of a maintenance database. */
  readonly url: string
  /** Every database of this run has a name that begins so. */
  readonly prefix: string
  /** Absent when the tests run on the server of DATABASE_URL. */
  readonly logFile?: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    server: TestServer
  }
}

export const testServer: TestServer = inject('server')

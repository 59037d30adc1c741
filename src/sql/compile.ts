import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  type Compilable,
  type CompiledQuery,
  type OperationNode,
  type OperationNodeSource,
  type QueryCreator,
  type RawBuilder,
} from 'kysely'
import { refuseTooDeep } from '../query/too-deep.js'
import { SluiceQueryCompiler } from './query-compiler.js'

const compiler = new Kysely<object>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new SluiceQueryCompiler(),
  },
})

/** Builds a statement and compiles it, without a database and without plugins. Every parameter comes out encoded. */
export function compile(build: (creator: QueryCreator<object>) => Compilable): CompiledQuery {
  return refuseTooDeep('The query', () => encoded(build(compiler).compile()))
}

/** Builds a part of another statement. */
export function compileNode(build: (creator: QueryCreator<object>) => OperationNodeSource): OperationNode {
  return refuseTooDeep('The subquery', () => build(compiler).toOperationNode())
}

/** The same for a statement that is written out. */
export function compileSql(statement: RawBuilder<unknown>): CompiledQuery {
  return refuseTooDeep('The statement', () => encoded(statement.compile(compiler)))
}

function encoded(query: CompiledQuery): CompiledQuery {
  return { ...query, parameters: query.parameters.map(encodeCount) }
}

/** LIMIT and OFFSET are numbers; all other operands were encoded when the condition was built. */
function encodeCount(parameter: unknown): unknown {
  return typeof parameter === 'number' || typeof parameter === 'bigint' ? String(parameter) : parameter
}

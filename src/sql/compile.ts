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
  type SelectQueryBuilder,
} from 'kysely'
import { refuseTooDeep } from '../query/too-deep.js'
import { Operand } from '../shape/operand.js'
import { SluiceQueryCompiler } from './query-compiler.js'

/** A part of a statement, or a whole one; of booleans a condition. */
export type Sql<T = unknown> = RawBuilder<T>

/** What builders of selects are made by. */
export type Creator = QueryCreator<object>

/** A builder whose types are not known here: the queryset's own types stand for them. */
export type Builder = SelectQueryBuilder<Record<string, object>, string, object>

const compiler = new Kysely<object>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new SluiceQueryCompiler(),
  },
})

/** Builds a statement and compiles it, without a database and without plugins. Every operand comes out as it is sent. */
export function compile(build: (creator: Creator) => Compilable): CompiledQuery {
  return refuseTooDeep('The query', () => encoded(build(compiler).compile()))
}

/** Builds a part of another statement. */
export function compileNode(build: (creator: Creator) => OperationNodeSource): OperationNode {
  return refuseTooDeep('The subquery', () => build(compiler).toOperationNode())
}

/** The same for a statement that is written out. */
export function compileSql(statement: Sql): CompiledQuery {
  return refuseTooDeep('The statement', () => encoded(statement.compile(compiler)))
}

function encoded(query: CompiledQuery): CompiledQuery {
  return { ...query, parameters: query.parameters.map(encodedParameter) }
}

/** A parameter as it is sent; a placeholder for one stays. */
export function encodedParameter(parameter: unknown): unknown {
  const value: unknown = parameter instanceof Operand ? Operand.valueOf(parameter) : parameter
  // LIMIT and OFFSET are numbers; all others were encoded when the condition was built.
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
}

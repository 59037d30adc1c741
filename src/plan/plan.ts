import { createQueryId, RawNode, type CompiledQuery } from 'kysely'
import type { Parameter } from '../request.js'
import { Placeholder } from '../shape/operand.js'
import { knownNumber, known } from '../shape/known.js'
import { shapeOf, withPlaceholders } from '../shape/shape.js'
import { encodedParameter } from '../sql/compile.js'
import { refuseTooDeep } from '../query/too-deep.js'
import { Lru } from './lru.js'

/** A statement as it is compiled, and what else follows from the shape of its subject. */
export interface Made {
  readonly query: Pick<CompiledQuery, 'sql' | 'parameters'>
}

/**
 * Makes a statement of one kind. Its subject has placeholders for operands; what it makes of equal shapes is equal, so
 * that it may go by nothing else.
 */
export type Maker<S extends object, M extends Made> = (subject: S) => M

/** What was made of a subject, its statement with the subject's own operands. */
export interface Planned<M extends Made> {
  readonly made: Omit<M, 'query'>
  readonly query: CompiledQuery
}

/** What is kept of a shape. */
interface Plan {
  readonly made: object
  readonly sql: string
  readonly node: RawNode
  /** Of each parameter which operand it is, or what it is whatever the operands are. */
  readonly parameters: readonly (Placeholder | Parameter)[]
}

/** Statements that a service uses again and again. */
const MOST_PLANS = 1000
/** Of their SQL and their shapes, in characters. */
const MOST_TEXT = 8 * 1024 * 1024
/** A shape longer than this was not written by hand, and hardly comes again. */
const LONGEST_SHAPE = 32 * 1024

const plans = new Lru<Plan>(MOST_PLANS, MOST_TEXT)

/**
 * The statement of a subject, made once for all subjects of its shape: those that were used last are kept. Nothing but
 * its operands differs from call to call, since it is made from a copy of the subject that has none of them.
 */
export function planned<S extends object, M extends Made>(maker: Maker<S, M>, subject: S): Planned<M> {
  return refuseTooDeep('The query', () => {
    const shape = shapeOf(subject)
    if (shape.key === undefined || shape.key.length > LONGEST_SHAPE) return unplanned(maker, subject)
    const key = `${knownNumber(known(maker))} ${shape.key}`
    let plan = plans.get(key)
    if (plan === undefined) {
      plan = planOf(maker(withPlaceholders(subject, shape)))
      plans.set(key, plan, key.length + plan.sql.length)
    }
    const parameters = plan.parameters.map((each) =>
      each instanceof Placeholder ? encodedParameter(shape.operands[each.index]) : each,
    )
    // What is kept under the number of a maker was made by it.
    return { made: plan.made as Omit<M, 'query'>, query: queryOf(plan, parameters) }
  })
}

/** The same, made anew. */
export function unplanned<S extends object, M extends Made>(maker: Maker<S, M>, subject: S): Planned<M> {
  const made = maker(subject)
  return { made, query: queryOf(planOf(made), made.query.parameters) }
}

function planOf({ query: { sql, parameters }, ...made }: Made): Plan {
  const node = RawNode.createWithSql(sql)
  // All that is compiled comes out encoded but for placeholders.
  return { made, sql, node, parameters: parameters as Plan['parameters'] }
}

/** As Kysely's log hears of it: with its SQL, without the tree that it was compiled from. */
function queryOf({ sql, node }: Plan, parameters: readonly unknown[]): CompiledQuery {
  return { sql, query: node, parameters, queryId: createQueryId() }
}

/** How many are kept, and how much text they have. */
export function keptPlans(): { readonly count: number; readonly text: number } {
  return { count: plans.size, text: plans.weight }
}

import {
  CheckViolation,
  ExclusionViolation,
  ForeignKeyViolation,
  IntegrityError,
  NotNullViolation,
  UniqueViolation,
} from '../errors.js'

const VIOLATIONS: Readonly<Record<string, typeof IntegrityError>> = {
  '23001': ForeignKeyViolation,
  '23502': NotNullViolation,
  '23503': ForeignKeyViolation,
  '23505': UniqueViolation,
  '23514': CheckViolation,
  '23P01': ExclusionViolation,
}

/** The class of errors for a constraint's refusal; undefined for other SQLSTATEs. */
export function violationOf(sqlState: string | undefined): typeof IntegrityError | undefined {
  if (sqlState?.startsWith('23') !== true) return undefined
  return VIOLATIONS[sqlState] ?? IntegrityError
}

/**
 * All that programs import by the name of the package: repositories and querysets, expressions, transactions, errors.
 *
 * @module sluice
 */

export { connect, Database, type ConnectOptions } from './kysely/connect.js'
export { SluiceDialect } from './kysely/dialect.js'
export type { SluiceDialectConfig } from './connection/engine.js'
export type { WorkerSession } from './connection/worker-session.js'
export type { SessionSettings } from './session-settings.js'
export type { TimeLimits } from './connection/time-limits.js'
export type { RetrySettings } from './connection/retry.js'
export type { CallOptions } from './kysely/abortable.js'
export type { HandleOf, HandleOfAnotherDatabase, KyselyHandle } from './kysely/handle.js'
export {
  replayedTo,
  waitForReplay,
  type ReplayOptions,
  type WaitOptions,
} from './kysely/replica/replayed-to.js'
export { walPosition } from './kysely/replica/wal-position.js'
export { withLimits, type CallLimits } from './kysely/with-limits.js'
export { afterCommit } from './transaction/after-commit.js'
export { atomic, type AtomicOptions } from './transaction/atomic.js'
export { withSettings, type Transactional } from './transaction/with-settings.js'
export { Repository } from './repository/repository.js'
export type { KeyOrRow, LinkedRows, LinkedRowsOf } from './repository/linked-rows.js'
export type { LinkOptions, LinksSet } from './write/link.js'
export { extendRepositories } from './repository/extend.js'
export type {
  ExtendedFunction,
  ExtendedRepositories,
  Extension,
  Extensions,
  NewRowDefaults,
  Scope,
  ScopedModel,
} from './repository/extension-types.js'
export { repositoriesOf, type RepositoryClass } from './repository/repositories.js'
export { functionsOf } from './repository/functions.js'
export { QuerySet } from './queryset/queryset.js'
export type { Partition } from './queryset/partitioned.js'
export type { ParallelOptions } from './queryset/parallel/options.js'
export type { PartitionsOptions } from './queryset/partition/partitions.js'
export type { Page, PageOptions } from './queryset/page.js'
export type { Batch, ResumableOptions } from './queryset/resumable.js'
export { walkStore, WalkStore, type WalkStatus, type WalkStoreOptions } from './queryset/walk/store.js'
export { WalkError, type WalkCode } from './queryset/walk/walk-error.js'
export type { WalkEvent, WalkEventType } from './queryset/walk/walk-event.js'
export type { FailedRowContext, WalkContext, WalkOptions, WalkResult } from './queryset/walk/walk-options.js'
export type { Throttle, ThrottleFunction, ThrottleOptions } from './queryset/walk/throttle.js'
export type { CompiledSQL, Field, OrderKey, QuerySetOf } from './queryset/types/field-types.js'
export type { OrderArgument, OrderObject, ValuesTuple } from './queryset/types/order-types.js'
export type { FieldPath, OrderPath } from './queryset/types/path-types.js'
export type {
  MergeAction,
  MergedRow,
  MergeInsert,
  MergeOptions,
  MergeOutcomes,
  MergeWithOutcomes,
} from './write/merge/options.js'
export type {
  BulkOptions,
  IgnoreConflicts,
  RefuseConflicts,
  UniqueTarget,
  UpdateConflicts,
  UpdateSomeConflicts,
  UpsertExpression,
  UpsertValues,
  WithOutcomes,
} from './write/options.js'
export type { OutcomeCounts, RowOutcome } from './write/upsert/outcomes.js'
export type { ChangedRow, CreateDefaults, Defaults, NewRows, NewRowStream } from './write/rows.js'
export type { UpdateExpression, UpdateValues } from './write/update.js'
export type { ExplainFormat, ExplainOptions } from './sql/select/explain.js'
export type { UnionOptions } from './query/combine.js'
export type { LockOptions } from './query/select-for-update.js'
export {
  anyValue,
  arrayAgg,
  avg,
  bitAnd,
  bitOr,
  bitXor,
  boolAnd,
  boolOr,
  count,
  jsonbAgg,
  max,
  min,
  stringAgg,
  sum,
  type Aggregate,
} from './query/aggregate/functions.js'
export {
  corr,
  covarPop,
  covarSamp,
  regrAvgX,
  regrAvgY,
  regrCount,
  regrIntercept,
  regrR2,
  regrSlope,
  regrSxx,
  regrSxy,
  regrSyy,
  stdDev,
  variance,
  type SampleOptions,
} from './query/aggregate/statistics.js'
export type { AggregateOptions, OrderedAggregateOptions } from './query/aggregate/options.js'
export * from './query/functions/index.js'
export {
  QueryExpression,
  type NullsOption,
  type OrderExpression,
} from './query/expression/query-expression.js'
export type { WindowOptions, WindowOrder, FrameBound } from './query/expression/window-clause.js'
export type { Argument, Expressed, Literal } from './query/expression/expression-types.js'
export type {
  AggregateRow,
  Aggregates,
  Annotated,
  AnnotatedFilter,
} from './queryset/types/annotation-types.js'
export type { BatchOptions, IterationProgress, IteratorOptions } from './request.js'
export type { AsyncRows } from './iterate/async-rows.js'
export type { SyncRows } from './iterate/sync-rows.js'
export type { FilterArgument, Model, ToMany, ToOne } from './query/model.js'
export type {
  ComparableCondition,
  ComparableLookups,
  EqualityCondition,
  EqualityLookups,
  NullCondition,
  NullLookups,
  ShortForm,
} from './query/filter/comparable-lookups.js'
export type {
  ArrayCondition,
  ArrayLookups,
  Conditions,
  DocumentCondition,
  ExpressionCallback,
  JsonCondition,
  JsonLookups,
  JsonPathLookups,
  LengthLookups,
  MultirangeCondition,
  MultirangeLookups,
  RangeCondition,
  RangeLookups,
  RangeOperators,
  ToManyCondition,
  UnorderedArrayCondition,
  VectorCondition,
  VectorLookups,
} from './query/filter/filter-types.js'
export type {
  CalendarLookups,
  ClockLookups,
  DateCondition,
  DateLookups,
  IntervalCondition,
  IntervalLookups,
  JsonForms,
  NumberCondition,
  NumericCondition,
  NumericLookups,
  RangeForms,
  TextCondition,
  TextForms,
  TextLookups,
  TimeCondition,
  TimeLookups,
  TimestampCondition,
  TimestampLookups,
  TimestamptzCondition,
  TimestamptzLookups,
} from './query/filter/part-lookups.js'
export type {
  SearchLookups,
  SearchOperand,
  TrigramLookups,
  TrigramOperand,
} from './query/filter/search-lookups.js'
export type {
  ArrayFields,
  ComparableFields,
  DateFields,
  DocumentFields,
  EqualityFields,
  IntervalFields,
  JsonFields,
  MultirangeFields,
  NullFields,
  NumericFields,
  OperandOf,
  RangeFields,
  RelationFields,
  TextFields,
  TimeFields,
  TimestampFields,
  TimestamptzFields,
  UnorderedArrayFields,
  VectorFields,
} from './query/filter/field-conditions.js'
export { exactly } from './query/lookups/exactly.js'
export type { Subquery } from './query/filter/subquery.js'
export { SchemaRegistry } from './schema/registry.js'
export type {
  PackedColumn,
  PackedForeignKey,
  PackedFunction,
  PackedParameter,
  PackedRelation,
  PackedTable,
  PackedTables,
} from './schema/packed.js'
export type { SchemaMap } from './schema/places.js'
export type { RelationSchema, ThroughSchema } from './schema/table.js'
export type { FunctionSchema, ParameterSchema } from './schema/function.js'
export type { ColumnSchema, ForeignKeySchema, TableKind, TableSchema } from './schema/table.js'
export type {
  ArrayTypeSchema,
  CompositeFieldSchema,
  CompositeTypeSchema,
  ConvertedTypeSchema,
  DomainTypeSchema,
  EnumTypeSchema,
  MultirangeTypeSchema,
  RangeTypeSchema,
  TypeSchema,
} from './schema/type.js'
export type { QueryTrace, TracedServer } from './trace/query-trace.js'
export { jsonNull, type JsonNull, type JsonValue } from './types/json/json.js'
export type { PgCircle, PgInterval, PgPoint } from './types/pg-values.js'
export type { Range } from './types/composed/range.js'
export {
  CheckViolation,
  ConnectionError,
  DecodeError,
  DoesNotExist,
  EncodeError,
  ExclusionViolation,
  FieldError,
  ForeignKeyViolation,
  IntegrityError,
  MultipleObjectsReturned,
  NotNullViolation,
  OptionError,
  QueryError,
  SchemaDriftError,
  SluiceError,
  TimeoutError,
  TransactionError,
  UniqueViolation,
  PositionError,
  UsageError,
  type TimeoutCode,
  type TransactionCode,
  type TransactionOutcome,
  type ViolationDetails,
} from './errors.js'

export { connect, Database, type ConnectOptions } from './postgres/connect.js'
export { SluiceDialect } from './postgres/dialect.js'
export type { SluiceDialectConfig } from './postgres/engine.js'
export type { KyselyHandle } from './postgres/kysely-handle.js'
export { Repository } from './repository/repository.js'
export { QuerySet, type Field, type OrderKey, type ValuesTuple } from './queryset/queryset.js'
export type { BulkOptions, IgnoreConflicts, UpdateConflicts } from './write/options.js'
export type { ChangedRow, Defaults, NewRows, NewRowStream } from './write/rows.js'
export type { UpdateExpression, UpdateValues } from './write/update.js'
export type { CompiledSQL } from './queryset/reading.js'
export type { BatchOptions, IteratorOptions } from './stream/iterator-options.js'
export type { AsyncRows } from './stream/row-stream.js'
export type { SyncRows } from './sync/sync-rows.js'
export type { Model, ToMany, ToOne } from './query/model.js'
export type {
  ArrayCondition,
  ArrayLookups,
  ComparableCondition,
  ComparableLookups,
  Conditions,
  EqualityCondition,
  EqualityLookups,
  JsonCondition,
  JsonLookups,
  LengthLookups,
  MultirangeCondition,
  MultirangeLookups,
  NullCondition,
  NullLookups,
  RangeCondition,
  RangeLookups,
  RangeOperators,
  ShortForm,
  TextCondition,
  TextLookups,
  ToManyCondition,
  UnorderedArrayCondition,
} from './query/lookup.js'
export { SchemaRegistry } from './schema/registry.js'
export type { RelationSchema, ThroughSchema } from './schema/relation.js'
export type { ColumnSchema, ForeignKeySchema, TableKind, TableSchema } from './schema/table.js'
export type {
  ArrayTypeSchema,
  CompositeFieldSchema,
  CompositeTypeSchema,
  DomainTypeSchema,
  EnumTypeSchema,
  MultirangeTypeSchema,
  RangeTypeSchema,
  TypeSchema,
} from './schema/type.js'
export { jsonNull, type JsonNull, type JsonValue } from './codec/json.js'
export type { Range } from './codec/range.js'
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
  UniqueViolation,
  UsageError,
  type ViolationDetails,
} from './errors.js'

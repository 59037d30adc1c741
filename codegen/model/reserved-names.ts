import { OBJECT_MEMBERS } from '../naming/unique.js'

/** What generated files import from kysely. */
export const KYSELY_NAMES = ['ColumnType', 'Generated', 'GeneratedAlways'] as const

/** What generated files import from the engine. */
export const ENGINE_NAMES = [
  'ArrayFields',
  'ComparableFields',
  'Conditions',
  'DateFields',
  'DocumentFields',
  'EqualityFields',
  'HandleOf',
  'IntervalFields',
  'JsonFields',
  'JsonNull',
  'JsonValue',
  'KyselyHandle',
  'Model',
  'MultirangeFields',
  'NullFields',
  'NumericFields',
  'PgCircle',
  'PgInterval',
  'PgPoint',
  'QuerySet',
  'Range',
  'RangeFields',
  'RelationFields',
  'Repository',
  'SchemaMap',
  'SchemaRegistry',
  'TextFields',
  'TimeFields',
  'TimestampFields',
  'TimestamptzFields',
  'ToMany',
  'ToOne',
  'UnorderedArrayFields',
  'VectorFields',
  'functionsOf',
  'repositoriesOf',
] as const

/** Exported names that are already used, or would hide one that generated files use. */
export const RESERVED_EXPORTS: readonly string[] = [
  ...KYSELY_NAMES,
  ...ENGINE_NAMES,
  ...[
    'DB',
    'OwnDB',
    'Functions',
    'Repositories',
    'TenantRepositories',
    'classes',
    'functions',
    'repositories',
    'schema',
  ],
  ...['Buffer', 'Date', 'Partial', 'Promise', 'Record', 'Uint8Array'],
]

/** What neither TypeScript nor strict JavaScript lets be the name of a type. */
export const RESERVED_WORDS: readonly string[] = [
  ...[
    'any',
    'bigint',
    'boolean',
    'never',
    'number',
    'object',
    'string',
    'symbol',
    'undefined',
    'unknown',
    'void',
  ],
  ...[
    'arguments',
    'as',
    'await',
    'break',
    'case',
    'catch',
    'class',
    'const',
    'continue',
    'debugger',
    'default',
    'delete',
  ],
  ...[
    'do',
    'else',
    'enum',
    'eval',
    'export',
    'extends',
    'false',
    'finally',
    'for',
    'function',
    'if',
    'implements',
  ],
  ...[
    'import',
    'in',
    'instanceof',
    'interface',
    'let',
    'new',
    'null',
    'package',
    'private',
    'protected',
    'public',
  ],
  ...[
    'return',
    'static',
    'super',
    'switch',
    'this',
    'throw',
    'true',
    'try',
    'type',
    'typeof',
    'var',
    'while',
    'with',
  ],
  'yield',
]

/** File names that Windows keeps for devices, whatever their extension. */
export const DEVICE_FILES: readonly string[] = [
  ...['con', 'prn', 'aux', 'nul', 'conin', 'conout'],
  ...Array.from({ length: 10 }, (_, index) => [`com${index}`, `lpt${index}`]).flat(),
]

/** Those, and the file names of ours. */
export const RESERVED_FILES: readonly string[] = [
  ...['index', 'enums', 'composites', 'functions', 'schema'],
  ...DEVICE_FILES,
]

/** Keys that `repositories()` cannot have. */
export const RESERVED_REPOSITORIES: readonly string[] = [...OBJECT_MEMBERS, 'withSchema']

import { defineType, type BaseType } from '../base-type.js'

/** Their `=` is of no operator class. */
const alone = { innerEquality: false }
const address = { family: 'inet' }
/** Their `=` is that of oid, or for cidr that of inet. */
const named = { namesOperands: true }

/**
 * Types without a codec of their own are strings, as PostgreSQL prints them. Those with `=` but without an order that
 * means anything to a reader are not `comparable`.
 */
export const plainTypes: readonly BaseType[] = [
  defineType('regproc', [24, 1008], 'equality', named),
  defineType('tid', [27, 1010], 'equality'),
  defineType('xid', [28, 1011], 'equality'),
  defineType('cid', [29, 1012], 'equality'),
  defineType('xml', [142, 143], 'null'),
  defineType('point', [600, 1017], 'null'),
  defineType('lseg', [601, 1018], 'equality', alone),
  defineType('path', [602, 1019], 'equality', alone),
  defineType('box', [603, 1020], 'equality', { ...alone, delimiter: ';' }),
  defineType('polygon', [604, 1027], 'null'),
  defineType('line', [628, 629], 'equality', alone),
  defineType('cidr', [650, 651], 'comparable', { ...address, ...named }),
  defineType('circle', [718, 719], 'equality', alone),
  defineType('macaddr8', [774, 775], 'comparable'),
  defineType('macaddr', [829, 1040], 'comparable'),
  defineType('inet', [869, 1041], 'comparable', address),
  defineType('aclitem', [1033, 1034], 'equality'),
  defineType('bit', [1560, 1561], 'comparable'),
  defineType('varbit', [1562, 1563], 'comparable'),
  defineType('refcursor', [1790, 2201], 'null'),
  defineType('regprocedure', [2202, 2207], 'equality', named),
  defineType('regoper', [2203, 2208], 'equality', named),
  defineType('regoperator', [2204, 2209], 'equality', named),
  defineType('regclass', [2205, 2210], 'equality', named),
  defineType('regtype', [2206, 2211], 'equality', named),
  defineType('txid_snapshot', [2970, 2949], 'null'),
  defineType('pg_lsn', [3220, 3221], 'comparable'),
  defineType('tsvector', [3614, 3643], 'equality'),
  defineType('tsquery', [3615, 3645], 'equality'),
  defineType('gtsvector', [3642, 3644], 'null'),
  defineType('regconfig', [3734, 3735], 'equality', named),
  defineType('regdictionary', [3769, 3770], 'equality', named),
  defineType('jsonpath', [4072, 4073], 'null'),
  defineType('regnamespace', [4089, 4090], 'equality', named),
  defineType('regrole', [4096, 4097], 'equality', named),
  defineType('regcollation', [4191, 4192], 'equality', named),
  defineType('pg_snapshot', [5038, 5039], 'null'),
  defineType('xid8', [5069, 271], 'equality'),
  defineType('ltree', undefined, 'comparable'),
]

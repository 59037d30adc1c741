import { asString, defineType, type BaseType } from '../base-type.js'
import { stringCodec } from './text.js'

/** A type without a codec of its own: a string, as PostgreSQL prints it. */
export function plainType(
  name: string,
  oids: BaseType['oids'],
  lookups: BaseType['lookups'] = 'equality',
  more: Partial<Omit<BaseType, 'readings'>> = {},
): BaseType {
  return defineType({ name, oids, lookups, ...more, readings: [asString(stringCodec(name))] })
}

/** Their `=` is of no operator class. */
const alone = { innerEquality: false }
const address = { family: 'inet' }

/** Types with `=` but without an order that means anything to a reader are not `comparable`. */
export const plainTypes: readonly BaseType[] = [
  plainType('regproc', [24, 1008]),
  plainType('tid', [27, 1010]),
  plainType('xid', [28, 1011]),
  plainType('cid', [29, 1012]),
  plainType('xml', [142, 143], 'null'),
  plainType('point', [600, 1017], 'null'),
  plainType('lseg', [601, 1018], 'equality', alone),
  plainType('path', [602, 1019], 'equality', alone),
  plainType('box', [603, 1020], 'equality', { ...alone, delimiter: ';' }),
  plainType('polygon', [604, 1027], 'null'),
  plainType('line', [628, 629], 'equality', alone),
  plainType('cidr', [650, 651], 'comparable', address),
  plainType('circle', [718, 719], 'equality', alone),
  plainType('macaddr8', [774, 775], 'comparable'),
  plainType('macaddr', [829, 1040], 'comparable'),
  plainType('inet', [869, 1041], 'comparable', address),
  plainType('aclitem', [1033, 1034]),
  plainType('bit', [1560, 1561], 'comparable'),
  plainType('varbit', [1562, 1563], 'comparable'),
  plainType('refcursor', [1790, 2201]),
  plainType('regprocedure', [2202, 2207]),
  plainType('regoper', [2203, 2208]),
  plainType('regoperator', [2204, 2209]),
  plainType('regclass', [2205, 2210]),
  plainType('regtype', [2206, 2211]),
  plainType('txid_snapshot', [2970, 2949], 'null'),
  plainType('pg_lsn', [3220, 3221], 'comparable'),
  plainType('tsvector', [3614, 3643]),
  plainType('tsquery', [3615, 3645]),
  plainType('gtsvector', [3642, 3644]),
  plainType('regconfig', [3734, 3735]),
  plainType('regdictionary', [3769, 3770]),
  plainType('jsonpath', [4072, 4073], 'null'),
  plainType('regnamespace', [4089, 4090]),
  plainType('regrole', [4096, 4097]),
  plainType('regcollation', [4191, 4192]),
  plainType('pg_snapshot', [5038, 5039], 'null'),
  plainType('xid8', [5069, 271]),
  plainType('ltree', undefined, 'comparable'),
]

import { asString, defineType, type BaseType } from '../base-type.js'
import { dateAsDateCodec, dateCodec } from './date.js'
import { intervalCodec } from './interval.js'
import { timeCodec, timetzCodec } from './time.js'
import { timestampAsDateCodec, timestampCodec } from './timestamp.js'
import { timestamptzAsStringCodec, timestamptzCodec } from './timestamptz.js'

const comparable = { lookups: 'comparable' } as const
const moment = { ...comparable, family: 'timestamp' } as const
const asDate = { row: 'Date', input: 'Date | string' } as const

export const timeTypes: readonly BaseType[] = [
  defineType({
    name: 'date',
    oids: [1082, 1182],
    ...moment,
    exactKey: 'date',
    readings: [asString(dateCodec), { ...asDate, codec: dateAsDateCodec }],
  }),
  defineType({ name: 'time', oids: [1083, 1183], ...comparable, readings: [asString(timeCodec)] }),
  defineType({ name: 'timetz', oids: [1266, 1270], ...comparable, readings: [asString(timetzCodec)] }),
  defineType({
    name: 'timestamp',
    oids: [1114, 1115],
    ...moment,
    exactKey: 'timestamp',
    readings: [asString(timestampCodec), { ...asDate, codec: timestampAsDateCodec }],
  }),
  defineType({
    name: 'timestamptz',
    oids: [1184, 1185],
    ...moment,
    readings: [
      { ...asDate, codec: timestamptzCodec },
      { row: 'string', input: 'string | Date', codec: timestamptzAsStringCodec },
    ],
  }),
  defineType({
    name: 'interval',
    oids: [1186, 1187],
    ...comparable,
    readings: [{ ...asString(intervalCodec), sum: { type: 'interval' }, avg: { type: 'interval' } }],
  }),
]

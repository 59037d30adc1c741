import { asString, defineType, type BaseType } from '../base-type.js'
import { dateAsDateCodec, dateCodec } from './date.js'
import { intervalCodec } from './interval.js'
import { timeCodec, timetzCodec } from './time.js'
import {
  timestampAsDateCodec,
  timestampCodec,
  timestamptzAsStringCodec,
  timestamptzCodec,
} from './timestamp.js'

const moment = { family: 'timestamp' }
const asDate = { row: 'Date', input: 'Date | string' } as const

export const timeTypes: readonly BaseType[] = [
  defineType('date', [1082, 1182], 'comparable', {
    ...moment,
    exactKey: 'date',
    readings: [asString(dateCodec), { ...asDate, codec: dateAsDateCodec }],
  }),
  defineType('time', [1083, 1183], 'comparable', { readings: [asString(timeCodec)] }),
  defineType('timetz', [1266, 1270], 'comparable', { readings: [asString(timetzCodec)] }),
  defineType('timestamp', [1114, 1115], 'comparable', {
    ...moment,
    exactKey: 'timestamp',
    readings: [asString(timestampCodec), { ...asDate, codec: timestampAsDateCodec }],
  }),
  defineType('timestamptz', [1184, 1185], 'comparable', {
    ...moment,
    readings: [
      { ...asDate, codec: timestamptzCodec },
      { row: 'string', input: 'string | Date', codec: timestamptzAsStringCodec },
    ],
  }),
  defineType('interval', [1186, 1187], 'comparable', {
    readings: [{ ...asString(intervalCodec), sum: { type: 'interval' }, avg: { type: 'interval' } }],
  }),
]

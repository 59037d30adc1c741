import type { WireCase } from './wire-case.js'
import { quoted } from './wire-case.js'

const dates = [
  '2000-01-01',
  '1999-12-31',
  '2024-02-29',
  '1900-03-01',
  '1600-02-29',
  '0001-01-01',
  '0001-12-31 BC',
  '0044-03-15 BC',
  '0005-02-28 BC',
  '4713-01-01 BC',
  '9999-12-31',
  '10000-01-01',
  '1970-01-01',
  '5874897-12-31',
]
const times = [
  '00:00:00',
  '23:59:59.999999',
  '24:00:00',
  '04:05:06.7',
  '04:05:06.78',
  '04:05:06.000001',
  '12:30:00',
]
const zones = ['+00', '-07', '+05:30', '-03:30:52', '+15:59:59', '-15:59:59']
const timestamps = [
  '2024-01-02 03:04:05',
  '2024-01-02 03:04:05.123456',
  '1999-12-31 23:59:59.999999',
  '1969-12-31 23:59:59.999999',
  '0044-03-15 12:00:00.5 BC',
  '0001-01-01 00:00:00',
  '10000-01-01 00:00:00',
  '2000-01-01 00:00:00',
  '1883-11-18 12:03:57.9',
]
const intervals = [
  '0',
  '1 year 2 mons 3 days 04:05:06.789',
  '-1 year -2 mons +3 days -04:00:00',
  '1 mon',
  '-1 mon',
  '11 mons',
  '1 day',
  '-1 day',
  '00:00:01',
  '-00:00:00.000001',
  '00:00:59.999999',
  '-00:59:00',
  '100:00:00',
  '-2562047788:00:54.775807',
  '2562047788:00:54.775807',
  '178956970 years 7 mons',
  '-178956970 years -8 mons',
  '2147483647 days',
  '1 year -1 day',
  '-1 day +00:00:01',
]

export const timeCases: readonly WireCase[] = [
  { sql: 'date', type: 'date', values: quoted([...dates, 'infinity', '-infinity']) },
  { sql: 'time', type: 'time', values: quoted(times) },
  {
    sql: 'timetz',
    type: 'timetz',
    values: quoted(times.flatMap((time) => zones.map((zone) => time + zone))),
  },
  {
    sql: 'timestamp',
    type: 'timestamp',
    values: quoted([
      ...timestamps,
      'infinity',
      '-infinity',
      '4713-01-01 00:00:00 BC',
      '294276-12-31 23:59:59.999999',
    ]),
  },
  {
    sql: 'timestamptz',
    type: 'timestamptz',
    values: quoted([
      ...timestamps.flatMap((at) => zones.map((zone) => at.replace(/( BC)?$/, `${zone}$1`))),
      '275760-09-13 00:00:00+00',
      '4713-01-01 00:00:00+00 BC',
    ]),
  },
  { sql: 'interval', type: 'interval', values: quoted(intervals) },
]

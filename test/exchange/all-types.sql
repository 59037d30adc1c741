create type mood as enum ('sad', 'so so', 'NULL', 'happy, "very"');
create type place as (street text, no int, seen timestamptz, doc jsonb);
create domain even as int check (value % 2 = 0);
create type float_range as range (subtype = float8);
create table everything (
  id bigint generated always as identity primary key,
  c_bool bool, c_int2 int2, c_int4 int4, c_int8 int8, c_oid oid, c_float4 float4, c_float8 float8,
  c_numeric numeric, c_money_like numeric(12, 2), c_long numeric(30, 10), c_longest numeric(38, 0), c_money money,
  c_text text, c_varchar varchar(200), c_char char(5), c_name name, c_bytea bytea, c_uuid uuid, c_json json, c_jsonb jsonb,
  c_date date, c_time time, c_timetz timetz, c_timestamp timestamp, c_timestamptz timestamptz, c_interval interval,
  c_inet inet, c_cidr cidr, c_macaddr macaddr, c_xml xml, c_tsvector tsvector, c_tsquery tsquery, c_bit bit(3),
  c_varbit varbit, c_point point, c_box box, c_circle circle, c_path path, c_polygon polygon, c_lsn pg_lsn,
  c_mood mood, c_even even, c_place place, c_int4range int4range, c_tstzrange tstzrange, c_numrange numrange,
  c_float_range float_range, c_multirange int4multirange,
  a_int int[], a_text text[], a_timestamptz timestamptz[], a_mood mood[], a_jsonb jsonb[], a_bytea bytea[], a_place place[],
  a_numeric numeric[], a_box box[], a_multirange int4multirange[], a_even even[], a_bool bool[], a_int8 int8[], a_range tstzrange[],
  next bigint generated always as (c_int8 + 1) stored
);
insert into everything (c_bool) values (null);
insert into everything overriding user value values (0,
  true, -32768, -2147483648, -9223372036854775808, 4294967295, 1.1, 1e308,
  123456789012345678901234567890.123456789000, -0.05, 12345678901234567890.0123456789, 99999999999999999999999999999999999999, '12.34',
  E'a,"b"\n\'\\ =1+1 é😀\t', '', 'x', 'n', '\x00ff5c', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  '{"a": 12345678901234567890.10, "a": null}', '{"n":1e400,"s":"\u00e9\"\\"}',
  '2024-02-29', '24:00:00', '04:05:06.789+05:30', '0099-01-02 03:04:05.000001', '1969-12-31 23:59:59.999999Z', '-1 mon +2 days -03:04:05.678',
  '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '<a>x</a>', '''a b'':1A', 'a & ''b c''', '101',
  '1', '(1,2)', '((3,4),(1,2))', '<(1,2),3>', '[(1,2),(3,4)]', '((1,2),(3,4),(5,6))', '16/B374D848',
  'happy, "very"', 4, row('a "b", c', null, '2024-01-01 00:00:00.000001Z', '{"x":[1,"y"]}'), '[1,5)', '[2024-01-01Z,)', '(,1.50]',
  '[1.5,2.5]', '{[1,3),[5,9)}',
  '{{1,2},{3,null}}', array['', 'NULL', null, 'a,"b"', '\x'], array['2024-01-01 00:00:00.000001Z', null]::timestamptz[],
  array['NULL', 'sad']::mood[], array['{"a":12345678901234567890}', '"x"', null, '[1]']::jsonb[], array['\x00', '\x']::bytea[],
  array[row('a', 1, null, null)::place, null], '{1.50,NaN,1e30}', array['((3,4),(1,2))', '((5,6),(1,2))']::box[],
  array['{[1,3)}', '{}']::int4multirange[], '{2,4}', '{t,f,null}', '{9223372036854775807}', array['[2024-01-01Z,)', 'empty']::tstzrange[]);
insert into everything (c_int8, c_float4, c_float8, c_numeric, c_money_like, c_text, c_varchar, c_char, c_bytea, c_jsonb, c_date, c_timestamptz,
  c_interval, c_xml, c_varbit, c_mood, c_place, c_int4range, c_multirange, a_int, a_text, a_multirange) values
  (9007199254740993, '-0', 'NaN', 'NaN', 0, '', ' ', '', '\x', '"text"', '1900-01-01', '2024-01-01Z',
  '0', '', '', 'NULL', row('', 0, null, null), 'empty', '{}', '{}', '{}', '{}'),
  (123456789012345, 'Infinity', '-Infinity', 0.10, 1.5, E'_x0041_\x01\r\n', E'line\n\nline', 'é', null, '1', '0001-01-01', '9999-12-31 23:59:59.999Z',
  null, null, null, 'sad', null, '[1,1]', '{(,)}', '{NULL}', '{NULL}', '{NULL}');

-- Names that break a careless generator: code in names and comments, words that JavaScript keeps, paths, devices,
-- and names that become equal once they are made identifiers.
create schema billing;
create schema a;
create schema "../../up";
create schema "drop""it";
create table "../../up".inside (id int);
create table "drop""it".it (id int);
create table "constructor" ("constructor" int primary key, "__proto__" text, "toString" text not null, "and" int, "or" int, "not" int, "a b" int, "a-b" int, "a_b" int, "aB" int) ;
create table "__proto__" (id int primary key, "2fa" text, "ünïcödé" text, "用户" text, "quote'""`${x}\" text, "*/ evil" text, "new
line" text, "💥" text, "🙂" text);
create table "../../escape" (id int);
create table "a.b" (id int);
create table a.b (id int);
create table "x as y" (id int);
create table users (id int);
create table "user" (id int);
create table new_users (id int);
create table user_updates (id int);
create table "Users" (id int);
create table billing.users (id int);
create table "Users " (id int);
create table con (id int);
create table "COM1" (id int);
create table index (id int);
create table enums (id int);
create table composites(id int);
create table models (id int);
create table dates (id int, at timestamptz);
create table ranges(r int4range);
create table repositories (id int);
create table db (id int);
create table buffers (b bytea);
create table json_values (j jsonb);
create table generateds (id serial);
create table "class" ("class" int, "function" int, "default" int);
create table "💥" (id int);
create table "🙂" (id int);
create table "用户" (id int);
create table "订单" (id int);
create table "'); drop table x; --" ("`" int);
create table "2fa_codes" (id int);
create table "*/ console.log(1) /*" (id int);
create table nothing ();
create type "order_status" as enum ('a''b', '*/', 'x
y', '"', '`${1}`', '\', '', '💥');
create table order_statuses (s order_status, ss order_status[]);
create type users_row as enum();
create type "User" as enum ('x');
create table t_enum (u "User", r users_row);
create table "p" (id int, day date) partition by range (day);
create table p1 partition of p for values from ('2020-01-01') to ('2021-01-01');
comment on table users is '*/ import "fs" /* @internal ${x} `
@deprecated';
comment on column users.id is E'\u202e evil */ \u2028 @internal';
comment on type "User" is '*/ evil';
create type nested as (d timestamptz, n numeric[], s order_status, "a-b" int, a_b int);
create domain dd as nested;
create table comp (c nested[] not null, d dd, u users, m int8multirange, rr numrange[], js jsonb[], v int2vector);

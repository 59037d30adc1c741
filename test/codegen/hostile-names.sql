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

-- Partitions need somewhere to put rows.
create table p_rest partition of p default;

-- What a dot in a name could forge: "a.b".c is not a."b.c".
create schema "a.b";
create table a."b.c" (id int primary key, name text);
create table "a.b".c (id int primary key, name text, "b.c_id" int references a."b.c", c_id int references "a.b".c);
create type a."b.e" as enum ('one');
create type "a.b".e as enum ('two');
create table dotted (
  id int primary key, first a."b.e", second "a.b".e, c1 int references a."b.c", c2 int references "a.b".c
);

-- The same name in several schemas, and schemas that differ by case.
create schema "Billing";
create table billing.invoices (id int primary key, user_id int);
create table "Billing".invoices (id int primary key, invoice_id int references billing.invoices);
create table invoices (
  id int primary key, invoice_id int references billing.invoices, "invoiceId" int references "Billing".invoices
);
create type billing.state as enum ('open');
create type "Billing".state as enum ('shut');
create table "State" (s billing.state, t "Billing".state);

-- What a queryset and a repository answer to, as tables, columns and relations.
create schema methods;
create table methods.target (id int primary key);
create table methods.links (id int primary key);
do $do$
declare
  method text;
begin
  foreach method in array array[
    'all', 'filter', 'exclude', 'orderBy', 'reverse', 'distinct', 'slice', 'only', 'defer', 'values', 'valuesList',
    'selectRelated', 'prefetchRelated', 'annotate', 'none', 'union', 'intersection', 'difference', 'selectForUpdate',
    'using', 'toArray', 'first', 'last', 'get', 'count', 'exists', 'aggregate', 'inBulk', 'iterator', 'aiterator',
    'explain', 'update', 'delete', 'create', 'bulkCreate', 'bulkUpdate', 'getOrCreate', 'updateOrCreate', 'toKysely',
    'toSQL', 'schema', 'state', 'source', 'rows', 'then', 'catch', 'finally', 'toJSON', 'prototype', 'length', 'name',
    'some', 'every', 'in', 'exact', 'ne', 'gt', 'isNull', 'range', 'contains', 'Symbol.asyncIterator', 'hasOwnProperty',
    'valueOf', 'toLocaleString', 'isPrototypeOf', '__defineGetter__', 'excluded', 't1', 'owner', 'row', 'key', 'model'
  ] loop
    execute format('create table methods.%1$I (id int primary key, %1$I text)', method);
    execute format('alter table methods.target add column %I text', method);
    execute format('alter table methods.links add column %I int references methods.target', method || '_id');
  end loop;
end $do$;

-- Reserved words, globals and types of JavaScript and TypeScript, and names that generated code uses.
create schema words;
do $do$
declare
  word text;
begin
  foreach word in array array[
    'any', 'arguments', 'array', 'as', 'async', 'await', 'bigint', 'boolean', 'break', 'buffer', 'case', 'catch',
    'class', 'const', 'continue', 'debugger', 'declare', 'default', 'delete', 'do', 'else', 'enum', 'error', 'eval',
    'export', 'exports', 'extends', 'false', 'finally', 'for', 'from', 'function', 'generated', 'get', 'globalThis',
    'if', 'implements', 'import', 'in', 'infer', 'infinity', 'instanceof', 'interface', 'is', 'keyof', 'let', 'map',
    'module', 'nan', 'never', 'new', 'null', 'number', 'object', 'of', 'package', 'partial', 'private', 'process',
    'promise', 'protected', 'proxy', 'public', 'record', 'readonly', 'repository', 'require', 'return', 'satisfies',
    'set', 'static', 'string', 'super', 'switch', 'symbol', 'this', 'throw', 'to_one', 'true', 'try', 'type', 'typeof',
    'undefined', 'unknown', 'unnamed', 'var', 'void', 'while', 'with', 'yield', 'kysely', 'schemas', 'sluice',
    'json_null', 'conditions'
  ] loop
    execute format('create table words.%1$I (%1$I int primary key, %2$I text)', word, upper(word));
  end loop;
end $do$;

-- Collisions after camelCase, by case, and by how accents are written.
create table order_items (id int primary key);
create table "orderItems" (id int primary key);
create table "ORDER_ITEMS" (id int primary key);
create table "Order-Items" (id int primary key);
create table "order items" (
  id int primary key, order_id int, "orderId" int, "ORDER_ID" int, "order id" int, "Order Id" int, order__id int,
  order_id_ int, _order_id int
);
create table U&"caf\00e9" (id int primary key, U&"\00e9t\00e9" text, U&"e\0301te\0301" text);
create table U&"cafe\0301" (id int primary key, cafe_id int references U&"caf\00e9");

-- 63 bytes that differ at the end only, in one byte per character and in three.
create table "a_name_of_sixty_three_bytes_which_is_all_that_postgresql_keep_1" (
  "a_column_of_sixty_three_bytes_which_is_all_that_postgresql_kee1" int primary key,
  "a_column_of_sixty_three_bytes_which_is_all_that_postgresql_kee2" text
);
create table "a_name_of_sixty_three_bytes_which_is_all_that_postgresql_keep_2" (
  "a_column_of_sixty_three_bytes_which_is_all_that_postgresql_kee1" int primary key
    references "a_name_of_sixty_three_bytes_which_is_all_that_postgresql_keep_1",
  "a_column_of_sixty_three_bytes_which_is_all_that_postgresql_kee2" int
    references "a_name_of_sixty_three_bytes_which_is_all_that_postgresql_keep_1"
);
create table "三三三三三三三三三三三三三三三三三三三三三" (
  "三三三三三三三三三三三三三三三三三三三三三" int primary key,
  "三三三三三三三三三三三三三三三三三三三三二" int references "三三三三三三三三三三三三三三三三三三三三三"
);

-- Paths, devices, and what file systems refuse.
create schema files;
do $do$
declare
  name text;
begin
  foreach name in array array[
    '.', '..', '...', '/', '\', '/etc/passwd', 'C:\x', 'a/../b', './x', 'x.', 'x..', 'x ', ' x', 'nul', 'NUL', 'aux.ts',
    'prn', 'conin$', 'lpt1', 'lpt¹', 'com0', 'index.ts', 'index.d.ts', 'package.json', 'node_modules', '.git', '~',
    '%2e%2e%2f', '*?<>|:"', 'enums.ts', '-', '--', '-id', '_', '__', '$', '$$', '#private', '@scope/x', '0', '00',
    '1e3', 'a.ts'
  ] loop
    execute format('create table files.%I (id int primary key, %I text)', name, name);
  end loop;
end $do$;

-- Scripts, directions, and characters that cannot be seen.
create table "משתמשים" (id int primary key, "שם" text, "الاسم" text);
create table "المستخدمون" (id int primary key, "משתמש_id" int references "משתמשים");
create table "👨‍👩‍👧" (id int primary key, "👨‍👩‍👧_id" int references "👨‍👩‍👧", "👩‍🚀" text);
create table U&"\202Eevil" (
  id int primary key, U&"a\202Eb" text, U&"\FEFFid" text, U&"\00A0id" text, U&"i\200Dd" text, U&"i\200Cd" text,
  U&"line\2028break" text, U&"\0007" text, U&"\0085" text
);
create table U&"\1C8A" (
  id int primary key, U&"\1C89" text, U&"\A7CB\0897" text, "ǆ" text, "İ" text, "ı" text, "ß" text, "ﬁ" text, "ª" text,
  "·" text, "ⅷ" text, "ʹ" text
);
create table "tab	and
newline" (id int primary key, "tab	and
newline" text);
create table "backslash\" (
  id int primary key, "\" text, "\\" text, "\'" text, "\n" text, "'" text, """" text, "`" text, "${id}" text,
  "\u0000" text
);

-- Relations between such tables, by keys of several columns, to themselves, and through a link.
create table "we're ""related""" (
  "a.b" int, "*/" int, "`${1}`" int, primary key ("a.b", "*/"), unique ("`${1}`", "a.b")
);
create table "and so am `I`" (
  "not" int, "or" int, "and" int, constructor_id int primary key,
  constraint "*/ evil()" foreign key ("not", "or") references "we're ""related""",
  constraint "`${evil()}`" foreign key ("and", "not") references "we're ""related""" ("`${1}`", "a.b"),
  foreign key ("or") references "and so am `I`"
);
create table "linked /* to */" (
  "a.b" int, "*/" int, "constructor" int references "and so am `I`",
  primary key ("a.b", "*/", "constructor"), foreign key ("a.b", "*/") references "we're ""related"""
);
create table "__proto__'s" (
  id int primary key, "__proto___id" int references "__proto__", prototype_id int references "constructor",
  constructor_id int references "__proto__'s", "toString_id" int references "__proto__"
);
comment on constraint "*/ evil()" on "and so am `I`" is '*/ process.exit(1) // @omit @inverse theRelated';

-- Comments and defaults as code.
create table commented (
  id int primary key,
  plain text default '*/ ${process.exit(1)} `',
  computed text default 'a' || '''; drop table users; --',
  "*/" text default E'\u2028\n*/'
);
comment on table commented is E'*/\nprocess.exit(1)\n/* ` ${process.exit(1)} ` \u2028 {@link x} @deprecated\n@see x\r\n@ts-ignore\n * @internal\n//# sourceMappingURL=x\n/// <reference path="/etc/passwd" />';
comment on column commented.plain is '@ts-ignore';
comment on column commented.computed is E'ends in a backslash \\';
comment on column commented."*/" is E'*\u200b/ **/ *\\/ */*/ eslint-disable\n\n\n   \n@';
comment on type order_status is E'`*/` ${x}\n@enum {x}';

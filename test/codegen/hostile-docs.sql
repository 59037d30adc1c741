-- Names and comments that mean something in Markdown, HTML or Mermaid.
create table "a|b" (
  id int primary key,
  "c|d`e" text default '|' || '<b>`',
  "erDiagram" int
);
create table "``` # <script>" (id int references "a|b", "one }o--|| two" int primary key);
comment on table "a|b" is E'# Heading\n- item\n<img src=x onerror=alert(1)> | [link](javascript:x) `code` *b* _i_\n1. one\n```\nfence';
comment on column "a|b".id is E'one | two\r\nthree -->';

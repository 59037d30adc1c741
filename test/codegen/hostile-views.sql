-- Views whose columns hold no nulls, and views that only look so: the server's own notes on them differ by version.
create table ":expr 1" (id int primary key, name text not null, "}" text not null, note text);
create table other (id int primary key, of_id int not null references ":expr 1", label text not null);
create view plain as select id, name as ":jointype 1", "}" as "{VAR", note, id + 1 as sum from ":expr 1";
create view over as select * from plain where id > 0 order by 2 limit 10;
create view inner_joined as select a.id, b.label, note from ":expr 1" a join other b on b.of_id = a.id;
create view merged as select id, name, label from ":expr 1" join other using (id);
create view left_joined as select a.id, b.label from ":expr 1" a left join other b on b.of_id = a.id;
create view deep as select id, name from (select x.id, x.name from ":expr 1" x full join other using (id)) y;
create view one_after_other as select id, name from ":expr 1" union all select id, label from other;
create view grouped as select name, count(*) as count from ":expr 1" group by name;
create view cubed as select name, "}", count(*) from ":expr 1" group by cube (name, "}");
create view with_query as with x as (select id, note from ":expr 1") select id, note from x;
create view lateral_joined as select a.id, b.label from ":expr 1" a cross join lateral (select label from other where of_id = a.id) b;
create view counted as select count(*) as n, (select max(id) from other) as last from ":expr 1";
create materialized view kept as select id, name from ":expr 1";

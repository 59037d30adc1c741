import { GOOD_ROWS, ROWS } from './fault-tables.js'

/** The tables and views that `fault-tables.ts` has types for. */
export const FAULT_OBJECTS = `
  create view numbers as select i as id, 'x' || i as payload from generate_series(1, ${ROWS}) i;
  create view stalling as
    select i as id, case when i > ${GOOD_ROWS} then 'x' || pg_sleep(60)::text else 'x' || i end as payload
    from generate_series(1, ${ROWS}) i;
  create view failing as
    select i as id, 'x' || (i + 0 / (${GOOD_ROWS + 1} - i)) as payload from generate_series(1, ${ROWS}) i;
  create table items (id int primary key, payload text not null);
  create table deferred (id int unique deferrable initially deferred, payload text not null);
`

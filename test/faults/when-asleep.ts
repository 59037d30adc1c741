import type { World } from './world.js'

/**
 * Ends a session of the scenario, or its query, as soon as one is asleep in pg_sleep. The server itself waits for that,
 * since a synchronous loop blocks this thread: to be called before the loop, and awaited after it.
 */
export async function whenAsleep(
  { observer, name }: World,
  action: 'pg_terminate_backend' | 'pg_cancel_backend',
): Promise<void> {
  await observer.query(`
    do $$
    declare
      found int;
    begin
      loop
        perform pg_stat_clear_snapshot();
        select pid into found from pg_stat_activity where application_name = '${name}' and wait_event = 'PgSleep';
        exit when found is not null;
        perform pg_sleep(0.005);
      end loop;
      perform ${action}(found);
    end $$`)
}

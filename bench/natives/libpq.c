/*
 * libpq, the limit of what a client can do: a table row by row or by FETCH, small queries on prepared statements, and
 * COPY of text. Measured as runner.mjs measures: one line of JSON.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char *job;
static char url[1024], table[64], form[32];
static long limit, chunkSize, atOnce, tableRows;

/* Keys of the job are the benchmark's own, and none is a column's. */
static const char *field(const char *key) {
  char quoted[64];
  snprintf(quoted, sizeof quoted, "\"%s\":", key);
  const char *at = strstr(job, quoted);
  return at == NULL ? NULL : at + strlen(quoted);
}

static long number(const char *key, long otherwise) {
  const char *at = field(key);
  return at == NULL ? otherwise : strtol(at, NULL, 10);
}

static void text(const char *key, char *into, size_t size) {
  const char *at = field(key);
  size_t length = at == NULL ? 0 : strcspn(at + 1, "\"");
  snprintf(into, size, "%.*s", (int)length, at == NULL ? "" : at + 1);
}

static void fail(PGconn *connection) {
  fprintf(stderr, "error: %s\n", PQerrorMessage(connection));
  exit(1);
}

static PGconn *connected(void) {
  PGconn *connection = PQconnectdb(url);
  if (PQstatus(connection) != CONNECTION_OK) fail(connection);
  return connection;
}

static PGresult *checked(PGconn *connection, PGresult *result) {
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE && status != PGRES_COMMAND_OK && status != PGRES_COPY_IN)
    fail(connection);
  return result;
}

static void run(PGconn *connection, const char *sql) {
  PQclear(checked(connection, PQexec(connection, sql)));
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long peakMemory(void) {
  FILE *status = fopen("/proc/self/status", "r");
  char line[256];
  long kilobytes = 0;
  while (status != NULL && fgets(line, sizeof line, status) != NULL) sscanf(line, "VmHWM: %ld kB", &kilobytes);
  if (status != NULL) fclose(status);
  return kilobytes * 1024;
}

static _Thread_local volatile unsigned long seen;
static double started;
static _Thread_local double firstRow = -1;

/* Looks at every value. */
static long take(PGresult *result) {
  int rows = PQntuples(result), columns = PQnfields(result);
  unsigned long bytes = 0;
  for (int row = 0; row < rows; row++)
    for (int column = 0; column < columns; column++) {
      const char *value = PQgetvalue(result, row, column);
      bytes += PQgetlength(result, row, column) + (unsigned char)value[0];
    }
  seen += bytes;
  if (rows > 0 && firstRow < 0) firstRow = now() - started;
  PQclear(result);
  return rows;
}

static long stream(PGconn *connection, long most) {
  char sql[256];
  int isCursor = strcmp(form, "cursor") == 0;
  int length = snprintf(sql, sizeof sql, "%sselect * from %s", isCursor ? "declare rows no scroll cursor for " : "", table);
  if (most >= 0) snprintf(sql + length, sizeof sql - length, " limit %ld", most);
  long rows = 0;
  if (!isCursor) {
    PGresult *result;
    if (!PQsendQuery(connection, sql) || !PQsetSingleRowMode(connection)) fail(connection);
    while ((result = PQgetResult(connection)) != NULL) rows += take(checked(connection, result));
    return rows;
  }
  run(connection, "begin read only");
  run(connection, sql);
  snprintf(sql, sizeof sql, "fetch %ld from rows", chunkSize);
  for (long got = 1; got > 0; rows += got) got = take(checked(connection, PQexec(connection, sql)));
  run(connection, "commit");
  return rows;
}

static atomic_long left, asked;

static void *calls(void *connection) {
  while (atomic_fetch_sub(&left, 1) > 0) {
    long key = atomic_fetch_add(&asked, 1) * 7919 % (tableRows - 20) + 1;
    char low[24], high[24];
    snprintf(low, sizeof low, "%ld", key);
    snprintf(high, sizeof high, "%ld", key + 20);
    const char *values[] = {low, high};
    int count = strcmp(form, "rows") == 0 ? 2 : 1;
    take(checked(connection, PQexecPrepared(connection, "call", count, values, NULL, NULL, 0)));
  }
  return NULL;
}

static long callAll(PGconn **connections, long total) {
  pthread_t *threads = malloc(atOnce * sizeof *threads);
  atomic_store(&left, total);
  for (long index = 0; index < atOnce; index++) pthread_create(&threads[index], NULL, calls, connections[index]);
  for (long index = 0; index < atOnce; index++) pthread_join(threads[index], NULL);
  free(threads);
  return total;
}

/* The rows of loaded-rows.mjs, as text for COPY. */
static long load(PGconn *connection) {
  enum { chunk = 64 * 1024, line = 512 };
  static char lines[chunk + line];
  size_t length = 0;
  run(connection, "copy loaded from stdin");
  for (long n = 1; n <= limit; n++) {
    char city[32] = "\\N", at[32];
    time_t seconds = 1600000000 + n * 60;
    struct tm parts;
    if (n % 5 != 0) snprintf(city, sizeof city, "Zürich %ld", n % 90);
    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
    length += snprintf(lines + length, line,
                       "%ld\tuser%ld@example.com\trow %ld of the loaded table\t%s\t"
                       "{\"n\":%ld,\"name\":\"n%ld\",\"flags\":[true,null,%ld]}\t%c\t%g\t%ld.%ld\t%s\n",
                       n, n, n, city, n, n, n % 7, n % 3 == 0 ? 't' : 'f', n % 97 * 3.25, n % 1000, 10 + n % 90, at);
    if (length < chunk && n < limit) continue;
    if (PQputCopyData(connection, lines, length) != 1) fail(connection);
    length = 0;
  }
  if (PQputCopyEnd(connection, NULL) != 1) fail(connection);
  PGresult *result;
  while ((result = PQgetResult(connection)) != NULL) PQclear(checked(connection, result));
  return limit;
}

int main(int count, char **arguments) {
  if (count < 2) return 1;
  job = arguments[1];
  text("url", url, sizeof url);
  text("table", table, sizeof table);
  text("form", form, sizeof form);
  limit = number("limit", -1);
  chunkSize = number("chunkSize", 2000);
  atOnce = number("atOnce", 1);
  tableRows = number("tableRows", 0);
  PGconn **connections = malloc(atOnce * sizeof *connections);
  int isCall = strcmp(form, "get") == 0 || strcmp(form, "rows") == 0, isLoad = strcmp(form, "load") == 0;
  const char *sql = strcmp(form, "rows") == 0 ? "select * from mixed where id >= $1 and id < $2 order by id"
                                              : "select * from mixed where id = $1";
  for (long index = 0; index < atOnce; index++) {
    connections[index] = connected();
    if (isCall) PQclear(checked(connections[index], PQprepare(connections[index], "call", sql, 0, NULL)));
  }
  if (isCall) callAll(connections, limit < 2000 ? limit : 2000);
  else if (isLoad) run(connections[0], "truncate loaded");
  else stream(connections[0], 1);
  long idleMemory = peakMemory();
  double cpuBefore = cpu();
  firstRow = -1;
  started = now();
  long rows = isCall ? callAll(connections, limit) : isLoad ? load(connections[0]) : stream(connections[0], limit);
  double wall = now() - started;
  printf("{\"rows\":%ld,\"wall\":%.3f,\"firstRows\":[%.3f],\"timers\":0,\"cpu\":%.6f,\"idleMemory\":%ld,\"peakMemory\":%ld}\n",
         rows, wall, firstRow < 0 ? wall : firstRow, cpu() - cpuBefore, idleMemory, peakMemory());
  for (long index = 0; index < atOnce; index++) PQfinish(connections[index]);
  return 0;
}

"""asyncpg, the limit in Python: a table by cursor, small queries, and COPY. Measured as runner.mjs measures: one line of
JSON."""

import asyncio
import json
import sys
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import asyncpg

job = json.loads(sys.argv[1])
form = job["form"]
STATEMENTS = {
    "get": "select * from mixed where id = $1",
    "rows": "select * from mixed where id >= $1 and id < $2 order by id",
}
COLUMNS = ["id", "email", "name", "city", "preferences", "active", "score", "amount", "at"]


def peak_memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


async def stream(connection, limit):
    """How many rows there are, and when the first came."""
    sql = f"select * from {job['table']}" + ("" if limit is None else f" limit {limit}")
    count, first = 0, 0.0
    async with connection.transaction(readonly=True):
        async for _ in connection.cursor(sql, prefetch=job["chunkSize"]):
            if count == 0:
                first = time.perf_counter()
            count += 1
    return count, first


asked = 0


async def call_all(connections, total):
    left = total

    async def work(connection):
        global asked
        nonlocal left
        while left > 0:
            left -= 1
            key = asked * 7919 % (job["tableRows"] - 20) + 1
            asked += 1
            if form == "get":
                await connection.fetchrow(STATEMENTS["get"], key)
            else:
                await connection.fetch(STATEMENTS["rows"], key, key + 20)

    await asyncio.gather(*(work(connection) for connection in connections))
    return total


def loaded_rows():
    """The rows of loaded-rows.mjs."""
    start = datetime.fromtimestamp(1_600_000_000, timezone.utc)
    for n in range(1, job["limit"] + 1):
        yield (
            n,
            f"user{n}@example.com",
            f"row {n} of the loaded table",
            None if n % 5 == 0 else f"Zürich {n % 90}",
            json.dumps({"n": n, "name": f"n{n}", "flags": [True, None, n % 7]}),
            n % 3 == 0,
            n % 97 * 3.25,
            Decimal(f"{n % 1000}.{10 + n % 90}"),
            start + timedelta(minutes=n),
        )


async def main():
    connections = [await asyncpg.connect(job["url"]) for _ in range(job.get("atOnce", 1))]
    if form in STATEMENTS:
        await call_all(connections, min(2000, job["limit"]))
    elif form == "load":
        await connections[0].execute("truncate loaded")
    else:
        await stream(connections[0], 1)
    idle = peak_memory()
    cpu, start = time.process_time(), time.perf_counter()
    first = start
    if form in STATEMENTS:
        rows = await call_all(connections, job["limit"])
    elif form == "load":
        await connections[0].copy_records_to_table("loaded", records=loaded_rows(), columns=COLUMNS)
        rows = job["limit"]
    else:
        rows, first = await stream(connections[0], job.get("limit"))
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(
        json.dumps(
            {
                "rows": rows,
                "wall": wall * 1000,
                "firstRows": [(first - start) * 1000],
                "timers": 0,
                "cpu": cpu,
                "idleMemory": idle,
                "peakMemory": peak_memory(),
            }
        )
    )
    for connection in connections:
        await connection.close()


asyncio.run(main())

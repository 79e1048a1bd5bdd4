"""DuckDB on one thread, for benchmarks: one statement a line; its CPU seconds and the first value of its answer back, as JSON."""

import json
import sys
import time

import duckdb

db = duckdb.connect()
db.execute("set threads = 1")
db.execute("set preserve_insertion_order = false")

for line in sys.stdin:
    start = time.process_time()
    row = db.execute(json.loads(line)).fetchone()
    print(json.dumps({"seconds": time.process_time() - start, "found": row and row[0]}), flush=True)

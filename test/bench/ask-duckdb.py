"""Makes the table of `parquet.ts` and counts identifiers in it by DuckDB on one thread: one command a line, its CPU seconds and count back.

    make FOLDER ROWS IDS | count FILE COLUMN,COLUMN,…
"""

import sys
import time

import duckdb

db = duckdb.connect()
db.execute("set threads = 1")


def number(seed, of):
    """Numbers of 19 digits, the same for the same `of`."""
    return f"(1000000000000000000 + (hash(({of}) * 16 + {seed}) % 8000000000000000000::ubigint)::bigint)"


def make(folder, rows, ids):
    db.execute(f"""create table events as select
      {number(1, "(hash(i) % 20000)")} as account_id,
      {number(2, "i")} as event_id,
      {number(3, "(hash(i + 7) % 2000000)")} as target_id,
      {number(4, "(i // 10)")} as session_id,
      1767225600000 + i * 37 as time,
      ['view', 'like', 'share', 'follow', 'comment', 'login', 'search', 'upload'][(hash(i + 9) % 8)::int + 1] as kind,
      'Mozilla/5.0 (agent ' || (hash(i + 11) % 500) || ') like Gecko' as agent,
      '/watch/' || (hash(i + 13) % 100000000) || '?from=' || (hash(i + 15) % 90) as page
      from range({rows}) t(i)""")
    db.execute(f"create table ids as select {number(2, 'i * 1000 + 500000007')} as id from range({ids}) t(i)")
    db.execute(f"update ids set id = {number(3, 'rowid')} where rowid % 10000 = 0")
    db.execute(f"copy ids to '{folder}/ids.csv' (format csv, header false)")
    for codec in ["snappy", "zstd"]:
        db.execute(f"copy events to '{folder}/{codec}.parquet' (format parquet, codec '{codec}')")
    db.execute("drop table events")
    return 0


def count(file, columns):
    texts = {"kind", "agent", "page"}
    tests = [f"{c} in (from text_ids)" if c in texts else f"{c} in (select id from ids)" for c in columns.split(",")]
    db.execute("create table if not exists text_ids as select id::varchar as id from ids")
    return db.execute(f"select count(*) from read_parquet('{file}') where {' or '.join(tests)}").fetchone()[0]


for line in sys.stdin:
    command, *words = line.split()
    start = time.process_time()
    found = make(words[0], int(words[1]), int(words[2])) if command == "make" else count(*words)
    print(time.process_time() - start, found, flush=True)

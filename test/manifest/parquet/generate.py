"""Writes the Parquet manifests of this directory by pyarrow 26.0.1, DuckDB 2.0.1, Polars 2.1.0 and fastparquet 2026.9.0, and beside each what must come out.

Run: pip install pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0 fastparquet==2026.9.0 pandas && python3 generate.py

`<case>.json`: the rows that are confirmed at 2026-11-23T12:00:00Z and those that are not, as `number:identifier`, or what the refusal says.
"""

import datetime as dt
import decimal
import json
import uuid

import duckdb
import fastparquet
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

UTC = dt.timezone.utc
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=UTC)
IDS = [1000000000000000001 + i * 7919 for i in range(7)]
TEXTS = [f"user_{i}" for i in IDS]
second = dt.timedelta(seconds=1)
# The one that is null, and the ones around now.
TIMES = [NOW, NOW + second, None, NOW - second, NOW + second / 1000, dt.datetime(2026, 1, 31, tzinfo=UTC), dt.datetime(2030, 1, 1, tzinfo=UTC)]
CONFIRMED = [0, 3, 5]
# Half a day earlier where the zone is not said.
NAIVE = [t and (t - dt.timedelta(hours=12)).replace(tzinfo=None) for t in TIMES]


def expected(name, ids, confirmed=CONFIRMED, **more):
    rows = [f"{i + 1}:{id}" for i, id in enumerate(ids)]
    document = {
        "confirmed": [row for i, row in enumerate(rows) if i in confirmed],
        "pending": [row for i, row in enumerate(rows) if i not in confirmed],
        **more,
    }
    json.dump(document, open(f"{name}.json", "w"))


def refused(name, problem):
    json.dump({"refusal": problem}, open(f"{name}.json", "w"))


def arrow(name, columns, **options):
    pq.write_table(pa.table(columns), f"{name}.parquet", **options)


EVERYBODY = range(len(IDS))

arrow("arrow-int64", {"userId": pa.array(IDS, pa.int64()), "transferredAt": pa.array(TIMES, pa.timestamp("us", "UTC")), "batch": ["b"] * 7})
expected("arrow-int64", IDS)

arrow("arrow-uint64", {"user_id": pa.array([2**64 - 1 - i for i in range(7)], pa.uint64())})
expected("arrow-uint64", [2**64 - 1 - i for i in range(7)], EVERYBODY, transferColumn=False)

# Several row groups and pages, times before identifiers, a column that is not asked for between them.
arrow(
    "arrow-groups",
    {"transferred_at": pa.array(TIMES * 300, pa.timestamp("ms", "UTC")), "batch": [f"b{i}" for i in range(2100)], "ID": [f"user_{i}_x" for i in range(2100)]},
    row_group_size=700, data_page_size=512, compression="zstd", write_page_index=True, use_dictionary=["transferred_at"], data_page_version="2.0",
)
expected("arrow-groups", [f"user_{i}_x" for i in range(2100)], [i for i in range(2100) if i % 7 in CONFIRMED])

arrow("arrow-dates", {"userId": TEXTS, "transferredAt": pa.array([dt.date(2026, 11, 22), dt.date(2026, 11, 23), None, dt.date(2026, 1, 1), dt.date(2026, 11, 24), dt.date(2025, 1, 1), dt.date(2030, 1, 1)])}, compression="none")
expected("arrow-dates", TEXTS)

arrow("arrow-text-times", {"userId": TEXTS, "transferredAt": ["2026-11-23T12:00:00Z", "2026-11-23T12:00:01Z", "", "2026-11-22", None, "2026-11-23T04:00:00-08:00", "2026-11-23"]}, compression="gzip", use_dictionary=False)
expected("arrow-text-times", TEXTS)

arrow("arrow-naive", {"userId": pa.array(IDS, pa.int64()), "transferredAt": pa.array(NAIVE, pa.timestamp("ns"))}, column_encoding={"userId": "DELTA_BINARY_PACKED"}, use_dictionary=False)
expected("arrow-naive", IDS)

arrow("arrow-int96", {"userId": pa.array(IDS, pa.int64()), "transferredAt": pa.array(NAIVE, pa.timestamp("ns"))}, use_deprecated_int96_timestamps=True)
expected("arrow-int96", IDS)

decimals = [decimal.Decimal(10**30 + i) for i in range(7)]
arrow("arrow-decimal", {"userId": pa.array(decimals, pa.decimal128(38, 0)), "transferredAt": pa.array(TIMES, pa.timestamp("us", "UTC"))})
expected("arrow-decimal", [10**30 + i for i in range(7)])

uuids = [uuid.UUID(int=0x6F1E2D3C4B5A40008000000000000000 + i) for i in range(7)]
con = duckdb.connect()
con.execute("create table t (userId uuid, transferredAt timestamptz, batch varchar)")
con.executemany("insert into t values (?, ?, ?)", [(str(u), t, None) for u, t in zip(uuids, TIMES)])
con.execute("set TimeZone='UTC'")
con.execute("copy t to 'duckdb-uuid.parquet' (format parquet)")
expected("duckdb-uuid", uuids)

con.execute("create table m as select (1000000 + i)::hugeint as id, case when i % 2 = 0 then timestamp '2026-11-22 12:00:00' end as transferredAt from range(2500) r(i)")
con.execute("copy (select id::bigint as id, transferredAt from m) to 'duckdb-many.parquet' (format parquet, row_group_size 2048, compression lz4_raw)")
expected("duckdb-many", range(1000000, 1002500), range(0, 2500, 2))

pl.DataFrame({"userId": TEXTS, "transferredAt": TIMES}).write_parquet("polars.parquet")
expected("polars", TEXTS)

frame = pd.DataFrame({"userId": TEXTS, "transferredAt": pd.Series(NAIVE).astype("datetime64[us]")})
fastparquet.write("fastparquet.parquet", frame, compression="SNAPPY")
expected("fastparquet", TEXTS)

arrow("null-id", {"userId": pa.array([IDS[0], None, IDS[2]], pa.int64())})
refused("null-id", "line 2: expected an identifier, got an empty field")
arrow("float-id", {"userId": pa.array([1e18, 2e18])})
refused("float-id", "columns: column 1: expected identifiers as text, whole numbers or UUIDs")
arrow("scaled-id", {"batch": ["a"], "userId": pa.array([decimal.Decimal("12345.50")], pa.decimal128(20, 2))})
refused("scaled-id", "columns: column 2: expected identifiers as text, whole numbers or UUIDs")
arrow("list-of-ids", {"userId": pa.array([[IDS[0], IDS[1]], []], pa.list_(pa.int64()))})
refused("list-of-ids", "columns: column 1: expected identifiers as text, whole numbers or UUIDs, one a row")
arrow("binary-id", {"userId": pa.array([b"\xff\xfe12345"])})
refused("binary-id", "expected text in UTF-8")
arrow("number-time", {"userId": IDS, "transferredAt": pa.array([1769817600] * 7, pa.int64())})
refused("number-time", "columns: column 2: expected transferredAt as a date")
arrow("other-time", {"userId": IDS, "migrated_at": pa.array(TIMES, pa.timestamp("us", "UTC"))})
refused("other-time", "columns: column 2: ")
arrow("takes-back", {"userId": IDS, "transferredAt": pa.array(TIMES, pa.timestamp("us", "UTC")), "withdrawn_at": pa.array([None] * 6 + [NOW], pa.timestamp("us", "UTC"))})
refused("takes-back", "columns: column 3: ")
arrow("takes-back-inside", {"userId": IDS, "transferredAt": pa.array(TIMES, pa.timestamp("us", "UTC")), "row": [{"legal_hold": i == 3, "note": "x"} for i in range(7)]})
refused("takes-back-inside", "columns: column 3: ")
arrow("two-ids", {"userId": IDS, "user_id": IDS})
refused("two-ids", "columns: expected a header with one column userId")
arrow("no-id", {"customer": IDS})
refused("no-id", "columns: expected a header with one column userId")
arrow("row-id", {"id": pa.array(range(100, 107)), "customer_id": IDS})
refused("row-id", "columns: column 2: ")
arrow("no-rows", {"userId": pa.array([], pa.int64())})
refused("no-rows", "expected at least one confirmed transfer, got no row")
arrow("nobody-yet", {"userId": IDS, "transferredAt": pa.array([None] * 7, pa.timestamp("us", "UTC"))})
refused("nobody-yet", "got 7 not yet transferred")
arrow("epoch", {"userId": IDS, "transferredAt": pa.array([dt.datetime(1970, 1, 1, tzinfo=UTC)] * 7, pa.timestamp("us", "UTC"))})
refused("epoch", "line 1: expected transferredAt to be since 2002")
arrow("lost-digits", {"userId": pa.array([10**18 + i * 7919 * 10**4 for i in range(1, 41)], pa.int64())})
refused("lost-digits", "got zeros in place of its last digits")

two = open("arrow-int64.parquet", "rb").read()
open("put-together.parquet", "wb").write(two + two)
refused("put-together", "got several, one behind the other")

# fastparquet in its older versions, which said of no time in which zone it is; and names that are longer than those that are shown.
def without_logical_type(find_type):
    def legacy(*args, **options):
        element, kind = find_type(*args, **options)
        if element.logicalType is not None:
            element.logicalType, element.converted_type = None, fastparquet.parquet_thrift.ConvertedType.TIMESTAMP_MICROS
        return element, kind
    return legacy


fastparquet.writer.find_type = without_logical_type(fastparquet.writer.find_type)
fastparquet.write("legacy-times.parquet", frame)
expected("legacy-times", TEXTS)

arrow("long-time", {"userId": IDS, "date_and_time_at_which_this_person_was_transferred_to_the_us_data_entity": pa.array(TIMES, pa.timestamp("us", "UTC"))})
refused("long-time", "columns: column 2: expected a time of transfer")
deep = pa.array([{"legal_hold": True}] * 7)
for level in range(40):
    deep = pa.StructArray.from_arrays([deep], [f"level{level}"])
arrow("deep", {"userId": IDS, "row": deep})
refused("deep", "columns: column 2: expected nothing that may say of some rows")
arrow("map", {"userId": IDS, "attributes": pa.array([[("legal_hold", "yes")]] * 7, pa.map_(pa.string(), pa.string()))})
refused("map", "columns: column 2: expected no map")

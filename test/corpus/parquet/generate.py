"""Writes the Parquet files of this directory by pyarrow 26.0.1, DuckDB 2.0.1, Polars 2.1.0 and ClickHouse (chdb 4.4.0), and beside each what must come out.

Run: pip install pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0 chdb==4.4.0 && python3 generate.py

`<case>.json`: for each row group and column the texts of the values that are not null, in the order of the rows. They are made here from
the values, not by reading the files. `sameAs`: the case that has the same ones. Columns with the same path are in the order of the schema's leaves.
"""

import datetime
import decimal
import json
import uuid

import chdb
import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

ROWS = 70
IDS = [1000000000000000000 + (i * 7919) ** 3 for i in range(ROWS)]


def rows(of):
    return [of(i) for i in range(ROWS)]


# name: (type of Arrow, value of row i, text of value)
KINDS = {
    "int64": (pa.int64(), lambda i: IDS[i] * (-1) ** i, str),
    "int32": (pa.int32(), lambda i: (i * 123456789) % 2**31 - 2**30, str),
    "uint64": (pa.uint64(), lambda i: 2**64 - 1 - i * 10**17, str),
    "uint32": (pa.uint32(), lambda i: 2**32 - 1 - i * 10**7, str),
    "int8": (pa.int8(), lambda i: i - 35, str),
    "string": (pa.string(), lambda i: f"user-{IDS[i]}-é\nnext" if i % 7 else "", lambda v: v.replace("\n", "\r")),
    "few": (pa.string(), lambda i: f"group {i % 3}", str),
    "nulls": (pa.int64(), lambda i: None if i % 3 else IDS[i], str),
    "all_null": (pa.int64(), lambda i: None, str),
    "double": (pa.float64(), lambda i: float(i * 1000003) if i % 2 else i + 0.5, lambda v: repr(v).removesuffix(".0")),
    "float": (pa.float32(), lambda i: i * 0.25, lambda v: repr(v).removesuffix(".0")),
    "half": (pa.float16(), lambda i: i * 0.25, lambda v: repr(v).removesuffix(".0")),
    "decimal9": (pa.decimal128(9, 2), lambda i: decimal.Decimal(i * 7 - 100).scaleb(-2), str),
    "decimal38": (pa.decimal128(38, 0), lambda i: decimal.Decimal(IDS[i] * 10**15), str),
    "flag": (pa.bool_(), lambda i: i % 3 == 0, lambda v: "true" if v else "false"),
    "time": (
        pa.timestamp("us"),
        lambda i: datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=i),
        lambda v: str((v - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)),
    ),
    "fixed": (pa.binary(8), lambda i: b"id%06d" % (i * 997), lambda v: v.decode()),
    "binary": (pa.binary(), lambda i: b"plain %d" % IDS[i], lambda v: v.decode()),
}
LISTS = {"list": (pa.list_(pa.int64()), lambda i: None if i % 5 == 0 else [IDS[i] + k for k in range(i % 4)])}


def table(names):
    return pa.table({n: pa.array(rows(KINDS[n][1]), KINDS[n][0]) for n in names} | {n: pa.array(rows(LISTS[n][1]), LISTS[n][0]) for n in LISTS})


def columns(names, group):
    found = {}
    for at in range(0, ROWS, group):
        part = range(at, min(at + group, ROWS))
        prefix = f"row-group-{at // group + 1}/column-"
        for index, name in enumerate(names):
            _, value, text = KINDS[name]
            found[f"{prefix}{index + 1}"] = [text(value(i)) for i in part if value(i) is not None]
        for index, name in enumerate(LISTS):
            lists = [LISTS[name][1](i) for i in part]
            found[f"{prefix}{len(names) + index + 1}"] = [str(v) for each in lists if each for v in each]
    return found


expected = {}


def write(case, made_by, found, names):
    texts = {"columns": found, "footer": names}
    same = next((other for other, each in expected.items() if each == texts), None)
    expected[case] = texts
    with open(f"{case}.json", "w") as file:
        json.dump({"madeBy": made_by, **({"sameAs": same} if same else texts)}, file, ensure_ascii=False, indent=0)


def arrow(case, names=tuple(KINDS), group=40, **options):
    options = {"write_page_checksum": True, "row_group_size": group, "data_page_size": 256} | options
    pq.write_table(table(names).replace_schema_metadata({"owner": "metadata-1234567"}), f"{case}.bin", **options)
    said = ", ".join(f"{key}={value}" for key, value in options.items())
    write(case, f"pyarrow {pa.__version__}, write_table({said})", columns(names, group), [*names, "owner", "metadata-1234567"])


for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    arrow(f"arrow-{codec}", compression=codec, data_page_version="2.0" if codec in ("gzip", "lz4") else "1.0")
arrow("arrow-page-index", compression="zstd", write_page_index=True, data_page_version="2.0", use_dictionary=False)
delta = {n: "DELTA_BINARY_PACKED" for n in ("int64", "int32", "uint64", "uint32", "int8", "nulls", "time")}
delta |= {"string": "DELTA_BYTE_ARRAY", "few": "DELTA_LENGTH_BYTE_ARRAY", "binary": "DELTA_LENGTH_BYTE_ARRAY", "flag": "RLE"}
delta |= {"fixed": "DELTA_BYTE_ARRAY", "decimal38": "DELTA_BYTE_ARRAY"}
arrow("arrow-delta", compression="snappy", use_dictionary=False, column_encoding=delta)
split = {n: "BYTE_STREAM_SPLIT" for n in ("int64", "int32", "double", "float", "half", "fixed", "decimal38", "nulls")}
arrow("arrow-split", compression="none", use_dictionary=False, column_encoding=split, data_page_version="2.0")

db = duckdb.connect()
USERS = [uuid.UUID(int=(i + 1) * 2**70 + i) for i in range(ROWS)]
db.execute("create table events (id bigint, name varchar, who uuid, amount decimal(18, 3), large hugeint, kind varchar)")
for i in range(ROWS):
    name = None if i % 4 == 0 else f"name {IDS[i]}"
    db.execute("insert into events values (?, ?, ?, ?, ?, ?)", [IDS[i], name, USERS[i], decimal.Decimal(i * 7 - 100).scaleb(-3), i, f"kind {i % 3}"])
for codec, version in [("snappy", "V1"), ("zstd", "V2"), ("lz4_raw", "V2")]:
    options = f"format parquet, codec '{codec}', parquet_version '{version}', row_group_size 2048"
    db.execute(f"copy (from events) to 'duckdb-{codec}.bin' ({options})")
    found = {
        "row-group-1/column-1": [str(v) for v in IDS],
        "row-group-1/column-2": [f"name {IDS[i]}" for i in range(ROWS) if i % 4],
        "row-group-1/column-3": [str(v) for v in USERS],
        "row-group-1/column-4": [str(decimal.Decimal(i * 7 - 100).scaleb(-3)) for i in range(ROWS)],
        "row-group-1/column-5": [str(v) for v in range(ROWS)],
        "row-group-1/column-6": [f"kind {i % 3}" for i in range(ROWS)],
    }
    write(f"duckdb-{codec}", f"DuckDB {duckdb.__version__}, COPY TO ({options})", found, ["id", "name", "who"])

small = pa.table({"id": pa.array(IDS[:5], pa.int64()), "name": pa.array([f"name-{v}" for v in IDS[:5]])})
for case, options in {
    "small-plain": {"compression": "none", "use_dictionary": False, "write_statistics": False},
    "small-dictionary": {"compression": "zstd", "data_page_version": "2.0", "write_statistics": False},
}.items():
    pq.write_table(small, f"{case}.bin", row_group_size=3, write_page_checksum=True, store_schema=False, **options)
    found = {}
    for group, part in enumerate([IDS[:3], IDS[3:5]]):
        found[f"row-group-{group + 1}/column-1"] = [str(v) for v in part]
        found[f"row-group-{group + 1}/column-2"] = [f"name-{v}" for v in part]
    write(case, f"pyarrow {pa.__version__}, write_table({options})", found, ["id", "name"])


pq.write_table(small.slice(0, 0), "no-rows.bin", compression="none", store_schema=False)
write("no-rows", f"pyarrow {pa.__version__}, write_table()", {}, ["id", "name"])


class Kms(pe.KmsClient):
    """Keys are not wrapped: the files only have to be encrypted."""

    def __init__(self, _):
        super().__init__()

    def wrap_key(self, key, _):
        return key

    def unwrap_key(self, key, _):
        return key


factory = pe.CryptoFactory(lambda config: Kms(config))
for case, in_clear in {"footer": False, "column": True}.items():
    config = pe.EncryptionConfiguration(footer_key="key", column_keys={"key-2": ["name"]}, plaintext_footer=in_clear)
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), config)
    with pq.ParquetWriter(f"../parquet-encrypted/{case}.bin", small.schema, encryption_properties=properties) as writer:
        writer.write_table(small)

# Polars leaves a copy of each column's metadata behind its pages.
people = pl.DataFrame({"id": IDS, "name": [f"name-{v}" for v in IDS], "large": [decimal.Decimal(v) for v in IDS]})
people.write_parquet("polars.bin", compression="zstd", row_group_size=40)
found = {}
for group, part in enumerate([IDS[:40], IDS[40:]]):
    found[f"row-group-{group + 1}/column-1"] = [str(v) for v in part]
    found[f"row-group-{group + 1}/column-2"] = [f"name-{v}" for v in part]
    found[f"row-group-{group + 1}/column-3"] = [str(v) for v in part]
write("polars", f"Polars {pl.__version__}, write_parquet()", found, ["id", "name"])

# ClickHouse leaves a copy of the whole struct of each column there, and Bloom filters behind all of them.
values = ", ".join(f"({v}, 'name-{v}', toUUID('{uuid.UUID(int=v << 64 | v)}'))" for v in IDS)
rows_of_it = f"SELECT id, name, uuid FROM values('id Int64, name String, uuid UUID', {values}) ORDER BY id"
written = chdb.query(rows_of_it, "Parquet")
with open("clickhouse.bin", "wb") as file:
    file.write(written.bytes())
ordered = sorted(IDS)
found = {
    "row-group-1/column-1": [str(v) for v in ordered],
    "row-group-1/column-2": [f"name-{v}" for v in ordered],
    "row-group-1/column-3": [str(uuid.UUID(int=v << 64 | v)) for v in ordered],
}
write("clickhouse", f"chdb {'.'.join(chdb.chdb_version)}, Parquet", found, ["id", "name", "uuid"])

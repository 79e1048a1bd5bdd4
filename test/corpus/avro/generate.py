"""Writes the Avro files of this directory by fastavro 1.13.1, and beside each what must come out.

Run: pip install fastavro==1.13.1 cramjam backports.zstd && python3 generate.py

`<case>.json`: the lines of all records, made here from the values and not by reading the files.
"""

import datetime
import decimal
import json
import random
import uuid

import fastavro

ROWS = 40
IDS = [1000000000000000000 + (i * 7919) ** 3 for i in range(ROWS)]
PLACE = {"type": "record", "name": "Place", "fields": [{"name": "city", "type": "string"}, {"name": "next", "type": ["null", "Place"]}]}
SCHEMA = {
    "type": "record",
    "name": "Event",
    "namespace": "test.events",
    "doc": "user 1234567",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "small", "type": "int"},
        {"name": "name", "type": ["null", "string"]},
        {"name": "who", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["view", "like"]}},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 2}},
        {"name": "fixed", "type": {"type": "fixed", "name": "Eight", "size": 8}},
        {"name": "rate", "type": "double"},
        {"name": "share", "type": "float"},
        {"name": "flag", "type": "boolean"},
        {"name": "friends", "type": {"type": "array", "items": "long"}},
        {"name": "labels", "type": {"type": "map", "values": ["null", "long", "string"]}},
        {"name": "place", "type": PLACE},
        {"name": "time", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "void", "type": "null"},
        {"name": "voids", "type": {"type": "array", "items": "null"}},
    ],
}
USERS = [uuid.UUID(int=(i + 1) * 2**70 + i) for i in range(ROWS)]


def row(i):
    return {
        "id": IDS[i] * (-1) ** i,
        "small": i * 50000000 - 10**9,
        "name": None if i % 3 == 0 else f"näme\n{IDS[i]}",
        "who": USERS[i],
        "kind": ["view", "like"][i % 2],
        "amount": decimal.Decimal(i * 7 - 100).scaleb(-2),
        "fixed": b"id%06d" % (i * 997),
        "rate": float(i) if i % 2 else i + 0.5,
        "share": i * 0.25,
        "flag": i % 3 == 0,
        "friends": [IDS[i] + k for k in range(i % 4)],
        "labels": {f"key {i}": [None, IDS[i], f"label {i}"][i % 3]},
        "place": {"city": f"city {i}", "next": {"city": "inner", "next": None} if i % 2 else None},
        "time": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=i),
        "void": None,
        "voids": [None] * i,
    }


def number(value):
    return repr(value).removesuffix(".0")


def line(i):
    r = row(i)
    cells = [str(r["id"]), str(r["small"])]
    cells += [] if r["name"] is None else [r["name"].replace("\n", "\r")]
    cells += [str(r["who"]), r["kind"], str(r["amount"]), r["fixed"].decode(), number(r["rate"]), number(r["share"])]
    cells += ["true" if r["flag"] else "false", *map(str, r["friends"])]
    for key, value in r["labels"].items():
        cells += [key] + ([] if value is None else [str(value)])
    cells += [r["place"]["city"]] + (["inner"] if r["place"]["next"] else [])
    cells += [str((r["time"] - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1))]
    return "\t".join(cells)


def write(case, schema, rows, lines, metadata, **options):
    random.seed(case)
    with open(f"{case}.bin", "wb") as file:
        fastavro.writer(file, schema, rows, metadata=metadata, sync_marker=random.randbytes(16), **options)
    with open(f"{case}.json", "w") as file:
        said = ", ".join(f"{key}={value}" for key, value in options.items())
        json.dump({"madeBy": f"fastavro {fastavro.__version__}, writer({said})", "lines": lines, "metadata": [*metadata.values()]}, file, ensure_ascii=False, indent=0)


for codec in ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"]:
    write(codec, fastavro.parse_schema(SCHEMA), [row(i) for i in range(ROWS)], [line(i) for i in range(ROWS)], {"owner": "metadata-1234567"}, codec=codec, sync_interval=1000)
write("empty", fastavro.parse_schema(SCHEMA), [], [], {})
write("long", "long", IDS[:5], [str(v) for v in IDS[:5]], {})
SMALL = {"type": "record", "name": "R", "fields": [{"name": "id", "type": "long"}, {"name": "name", "type": "string"}]}
small = [{"id": v, "name": f"name-{v}"} for v in IDS[:4]]
for codec in ["snappy"]:
    write("small", fastavro.parse_schema(SMALL), small, [f"{r['id']}\t{r['name']}" for r in small], {}, codec=codec, sync_interval=1)

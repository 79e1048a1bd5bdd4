"""Writes the ORC files of this directory by pyarrow 26.0.1 (the ORC library of C++), and beside each what must come out.

Run: pip install pyarrow==26.0.1 && python3 generate.py

`<case>.json`: `columns` holds the texts of all values of a column in one stripe, without nulls, made here from the values and not by
reading the files; `footer` what is in the footer. `sameAs`: the case that has the same ones.
"""

import datetime
import decimal
import json

import pyarrow as pa
import pyarrow.orc as orc

ROWS = 1100
ID = [1000000000000000000 + (i * 7919) ** 2 for i in range(ROWS)]
EPOCH = datetime.datetime(1970, 1, 1)


def nullable(values, every=7):
    return [None if i % every == 0 else value for i, value in enumerate(values)]


def columns(n):
    rows = range(n)
    patched = [(i % 20) if i % 100 else 2**40 + i for i in rows]
    times = [datetime.datetime(2015, 6, 1) + datetime.timedelta(seconds=i * 977, microseconds=(i * 12345) % 10**6) for i in rows]
    return {
        "id": pa.array([ID[i] * (-1) ** i for i in rows], pa.int64()),
        "up": pa.array([ID[0] + 3 * i for i in rows], pa.int64()),
        "steps": pa.array([5 * i + (i * i) % 3 for i in rows], pa.int64()),
        "down": pa.array([10**12 - 5 * i - (i * i) % 3 for i in rows], pa.int64()),
        "same": pa.array([i // 8 for i in rows], pa.int32()),
        "patched": pa.array(patched, pa.int64()),
        "small": pa.array(nullable([(i * 31) % 1000 - 500 for i in rows]), pa.int16()),
        "tiny": pa.array([(i // 5) % 256 - 128 for i in rows], pa.int8()),
        "flag": pa.array(nullable([i % 3 == 0 for i in rows]), pa.bool_()),
        "float": pa.array([i * 0.25 for i in rows], pa.float32()),
        "double": pa.array([i * 1.5 for i in rows], pa.float64()),
        "name": pa.array(nullable([f"näme {ID[i]}" for i in rows], 5), pa.string()),
        "city": pa.array([f"city {i % 11}\nx" for i in rows], pa.string()),
        "bytes": pa.array([b"b%d" % ID[i] for i in rows], pa.binary()),
        "day": pa.array([datetime.date(1970, 1, 1) + datetime.timedelta(days=i * 3 - 500) for i in rows], pa.date32()),
        "time": pa.array(times, pa.timestamp("ns")),
        "instant": pa.array([time.replace(tzinfo=datetime.timezone.utc) for time in times], pa.timestamp("us", "UTC")),
        "amount": pa.array([decimal.Decimal(i * 7 - 100).scaleb(-2) for i in rows], pa.decimal128(18, 2)),
        "large": pa.array([decimal.Decimal(ID[i] * ID[i] * (-1) ** i) for i in rows], pa.decimal128(38, 0)),
        "list": pa.array(nullable([[ID[i] + k for k in range(i % 4)] for i in rows]), pa.list_(pa.int64())),
        "map": pa.array([[(f"key {i}", ID[i])] * (i % 3) for i in rows], pa.map_(pa.string(), pa.int64())),
        "struct": pa.array(nullable([{"a": ID[i], "b": None if i % 2 else f"in {i}"} for i in rows]), pa.struct([("a", pa.int64()), ("b", pa.string())])),
        "void": pa.array([None] * n, pa.int64()),
    }


def cell(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, datetime.datetime):
        return str((value.replace(tzinfo=None) - EPOCH) // datetime.timedelta(seconds=1))
    if isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days)
    if isinstance(value, bytes):
        return value.decode()
    return str(value).replace("\n", "\r")


def texts(arrays):
    """Values by the number that ORC gives their column: each before those inside of it."""
    found = {}
    number = 0

    def visit(values, kind):
        nonlocal number
        number += 1
        here = f"column-{number}"
        there = [value for value in values if value is not None]
        if pa.types.is_list(kind):
            visit([each for value in there for each in value], kind.value_type)
        elif pa.types.is_map(kind):
            visit([key for value in there for key, _ in value], kind.key_type)
            visit([each for value in there for _, each in value], kind.item_type)
        elif pa.types.is_struct(kind):
            for index in range(kind.num_fields):
                visit([value[kind.field(index).name] for value in there], kind.field(index).type)
        elif there:
            found[here] = [cell(value) for value in there]
            if pa.types.is_timestamp(kind):
                found[f"{here}/nanoseconds"] = [str(value.microsecond * 1000) for value in there]

    for array in arrays.values():
        values = array.cast(pa.timestamp("us", array.type.tz)).to_pylist() if pa.types.is_timestamp(array.type) else array.to_pylist()
        visit(values, array.type)
    return found


expected = {}


def write(case, arrays, stripes=1, **options):
    table = pa.table(arrays)
    with orc.ORCWriter(f"{case}.bin", **options) as writer:
        writer.write(table)
    file = orc.ORCFile(f"{case}.bin")
    assert file.nstripes == stripes, file.nstripes
    found = {}
    first = 0
    for index in range(stripes):
        rows = file.read_stripe(index).num_rows
        part = {name: array[first : first + rows] for name, array in arrays.items()}
        found |= {f"stripe-{index + 1}/{name}": values for name, values in texts(part).items()}
        first += rows
    assert first == table.num_rows
    said = ", ".join(f"{key}={value}" for key, value in options.items())
    texts = {"columns": found, "footer": list(arrays)}
    same = next((other for other, each in expected.items() if each == texts), None)
    expected[case] = texts
    with open(f"{case}.json", "w") as file:
        json.dump({"madeBy": f"pyarrow {pa.__version__}, ORCWriter({said})", **({"sameAs": same} if same else texts)}, file, ensure_ascii=False, separators=(",", ":"))


all_columns = {"bloom_filter_columns": [0, 11], "row_index_stride": 50}
for codec in ["uncompressed", "zlib", "snappy", "lz4", "zstd"]:
    write(codec, columns(120), compression=codec, dictionary_key_size_threshold=0.5 if codec != "lz4" else 0.0, **all_columns)
write("version-0.11", columns(120), file_version="0.11", compression="zlib", dictionary_key_size_threshold=0.5)
write("long", {name: columns(ROWS)[name] for name in ["id", "up", "steps", "down", "same", "patched", "name"]}, compression="zstd")
write("no-rows", columns(0), stripes=0)
write("stripes", {"id": pa.array(ID, pa.int64()), "name": pa.array([f"name-{v}" for v in ID])}, stripes=11, compression="uncompressed", stripe_size=1024, batch_size=100)
small = {"id": pa.array(ID[:3], pa.int64()), "name": pa.array([f"name-{v}" for v in ID[:3]]), "kind": pa.array(["view", "like", "view"])}
write("small", small, compression="uncompressed")
write("small-zlib", small, compression="zlib", dictionary_key_size_threshold=1.0)

"""Prints a random table as a stream of Arrow and what each column in it holds as pyarrow says: lists of values by their columns' numbers, None where nothing is there.

Used by test/decode/columnar/arrow-random.test.ts, which gives the seed.
"""

import base64
import decimal
import io
import json
import random
import sys

import pyarrow as pa
import pyarrow.ipc as ipc

LEAVES = [
    # Larger ones may be characters, and lists of them something that is hidden.
    (pa.int8(), lambda r: r.randint(0, 30)),
    (pa.int16(), lambda r: r.randint(-(2**15), 2**15 - 1)),
    (pa.int32(), lambda r: r.randint(-(2**31), 2**31 - 1)),
    (pa.int64(), lambda r: r.randint(-(2**63), 2**63 - 1)),
    (pa.uint32(), lambda r: r.randint(0, 2**32 - 1)),
    (pa.uint64(), lambda r: r.randint(0, 2**64 - 1)),
    (pa.decimal128(38, 0), lambda r: decimal.Decimal(r.randint(-(10**37), 10**37))),
    (pa.decimal256(70, 3), lambda r: decimal.Decimal(r.randint(-(10**60), 10**60)).scaleb(-3)),
    (pa.utf8(), lambda r: text(r)),
    (pa.large_utf8(), lambda r: text(r)),
    (pa.string_view(), lambda r: text(r)),
    (pa.binary(), lambda r: text(r).encode()),
    (pa.binary(7), lambda r: f"{r.randint(0, 9999999):07}".encode()),
]


def text(r):
    return "".join(r.choice("abcé1€") for _ in range(r.choice([0, 3, 12, 13, 40])))


def type_of(r, depth):
    kind = r.choice(["leaf", "leaf", "list", "struct", "fixed", "map", "large", "view"]) if depth > 0 else "leaf"
    if kind == "leaf":
        return r.choice(LEAVES)
    if kind == "struct":
        fields = [type_of(r, depth - 1) for _ in range(r.randint(1, 3))]
        return pa.struct([(f"f{i}", t) for i, (t, _) in enumerate(fields)]), lambda r: {f"f{i}": some(r, make) for i, (_, make) in enumerate(fields)}
    inner, make = type_of(r, depth - 1)
    if kind == "map":
        return pa.map_(pa.utf8(), inner), lambda r: [(text(r), some(r, make)) for _ in range(r.randint(0, 3))]
    if kind == "fixed":
        return pa.list_(inner, 2), lambda r: [some(r, make) for _ in range(2)]
    of = {"list": pa.list_, "large": pa.large_list, "view": pa.list_view}[kind]
    return of(inner), lambda r: [some(r, make) for _ in range(r.randint(0, 4))]


def some(r, make):
    return None if r.random() < 0.2 else make(r)


def visit(array, lines):
    """Values of a column and then of those in it, as they are written."""
    if pa.types.is_nested(array.type):
        lines.append([])
        children = [array.field(i) for i in range(array.type.num_fields)] if pa.types.is_struct(array.type) else [entries(array)]
        for child in children:
            visit(child, lines)
    else:
        lines.append([None if v is None else printed(v) for v in array.to_pylist()])


def entries(array):
    if not pa.types.is_map(array.type):
        return array.values
    return pa.StructArray.from_arrays([array.keys, array.items], ["key", "value"])


def printed(value):
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        # What is in a list that is null is zeros.
        return value.decode().strip("\0")
    return str(value)


def main(seed):
    r = random.Random(seed)
    rows = r.choice([0, 1, 7, 8, 9, 40])
    arrays = {}
    for i in range(r.randint(1, 5)):
        kind, make = type_of(r, 3)
        arrays[f"c{i}"] = pa.array([some(r, make) for _ in range(rows)], kind)
    table = pa.record_batch(arrays)
    sink = io.BytesIO()
    with ipc.new_stream(sink, table.schema, options=ipc.IpcWriteOptions(compression=r.choice([None, "lz4", "zstd"]))) as writer:
        writer.write_batch(table)
    columns = []
    for array in ipc.open_stream(sink.getvalue()).read_next_batch().columns:
        visit(array, columns)
    return {"file": base64.b64encode(sink.getvalue()).decode(), "columns": columns}


first = int(sys.stdin.buffer.read())
print(json.dumps([main(seed) for seed in range(first, first + 12)]))

"""Writes the Arrow files of this directory by pyarrow 26.0.1, and beside each what must come out.

Run: pip install pyarrow==26.0.1 && python3 generate.py

`<case>.json`: `columns` the lines of each content of values by its path, made here from the values and not by reading the files: one for each row, also where nothing is there;
`footer` texts that a file has besides; `schema` texts that a stream has. `sameAs`: the case that has the same ones.
"""

import datetime
import decimal
import json
import uuid

import pyarrow as pa
import pyarrow.ipc as ipc

ROWS = 40
IDS = [(1000000000000000000 + (i * 7919) ** 3) * (-1) ** i for i in range(ROWS)]
UUIDS = [uuid.UUID(int=(i + 1) * 2**70 + i) for i in range(ROWS)]
UTC = datetime.timezone.utc


def some(values, null=None):
    """Each third is missing."""
    return [null if i % 3 == 1 else value for i, value in enumerate(values)]


def column(array_type, values, lines, null="0"):
    """A column, its lines where all is there, and where some is missing."""
    return pa.array(some(values), array_type), some(lines, null)


def whole(array_type, values, null="0"):
    return column(array_type, values, [str(value) for value in values], null)


TEXTS = [f"näme {i}\n{abs(IDS[i])}" if i % 2 else f"n {i}" for i in range(ROWS)]
LINES = [text.replace("\n", "\r") for text in TEXTS]
BYTES = [text.encode() for text in TEXTS]
DAYS = list(range(19000, 19000 + ROWS))
COLUMNS = {
    "int64": whole(pa.int64(), IDS),
    "int32": whole(pa.int32(), [i * 50000000 - 10**9 for i in range(ROWS)]),
    "int16": whole(pa.int16(), [i * 100 - 2000 for i in range(ROWS)]),
    "int8": whole(pa.int8(), [i - 20 for i in range(ROWS)]),
    "uint64": whole(pa.uint64(), [2**64 - 1 - i for i in range(ROWS)]),
    "uint32": whole(pa.uint32(), [2**32 - 1 - i for i in range(ROWS)]),
    "uint16": whole(pa.uint16(), [2**16 - 1 - i for i in range(ROWS)]),
    "uint8": whole(pa.uint8(), [255 - i for i in range(ROWS)]),
    "half": column(pa.float16(), [i / 4 for i in range(ROWS)], [str(i / 4).removesuffix(".0") for i in range(ROWS)]),
    "float": column(pa.float32(), [i / 4 for i in range(ROWS)], [str(i / 4).removesuffix(".0") for i in range(ROWS)]),
    "double": column(pa.float64(), [i + 0.5 for i in range(ROWS)], [str(i + 0.5) for i in range(ROWS)]),
    "decimal32": column(pa.decimal32(7, 2), [decimal.Decimal(i * 7 - 100).scaleb(-2) for i in range(ROWS)], [str(decimal.Decimal(i * 7 - 100).scaleb(-2)) for i in range(ROWS)], "0.00"),
    "decimal64": whole(pa.decimal64(18, 0), [100000000000000000 + i for i in range(ROWS)]),
    "decimal128": column(pa.decimal128(30, 1), [decimal.Decimal(v).scaleb(-1) for v in IDS], [f"{str(v)[:-1]}.{str(v)[-1]}" for v in IDS], "0.0"),
    "decimal256": whole(pa.decimal256(60, 0), [10**50 + i for i in range(ROWS)]),
    "hundreds": column(pa.decimal128(20, -2), [decimal.Decimal(i * 100 + 100) for i in range(ROWS)], [str(i * 100 + 100) for i in range(ROWS)]),
    "date32": column(pa.date32(), [datetime.date(1970, 1, 1) + datetime.timedelta(days=d) for d in DAYS], [str(d) for d in DAYS]),
    "date64": column(pa.date64(), [datetime.date(1970, 1, 1) + datetime.timedelta(days=d) for d in DAYS], [str(d * 86400000) for d in DAYS]),
    "time32": whole(pa.time32("s"), list(range(ROWS))),
    "time64": whole(pa.time64("ns"), [i * 10**9 for i in range(ROWS)]),
    "timestamp": whole(pa.timestamp("us", "Europe/Berlin"), [1700000000000000 + i for i in range(ROWS)]),
    "duration": whole(pa.duration("ms"), [1000000000000 + i for i in range(ROWS)]),
    "interval": column(pa.month_day_nano_interval(), [(i, i + 1, 10**15 + i) for i in range(ROWS)], [f"{i} {i + 1} {10**15 + i}" for i in range(ROWS)], "0 0 0"),
    "utf8": column(pa.utf8(), TEXTS, LINES, ""),
    "large_utf8": column(pa.large_utf8(), TEXTS, LINES, ""),
    "utf8_view": column(pa.string_view(), TEXTS, LINES, ""),
    "binary": column(pa.binary(), BYTES, LINES, ""),
    "large_binary": column(pa.large_binary(), BYTES, LINES, ""),
    "binary_view": column(pa.binary_view(), BYTES, LINES, ""),
    "fixed": column(pa.binary(20), [f"user {i:03}".encode().ljust(20, b"\0") for i in range(ROWS)], [f"user {i:03}" for i in range(ROWS)], ""),
    "uuid": column(pa.uuid(), [u.bytes for u in UUIDS], [str(u) for u in UUIDS], str(uuid.UUID(int=0))),
    "boolean": (pa.array(some([i % 2 == 0 for i in range(ROWS)])), ["false", "true"]),
    "null": (pa.nulls(ROWS), []),
}


def nested():
    """Columns in others: each with the lines of those in it, by the number that they have behind it."""
    numbers = [[IDS[i] + k for k in range(i % 4)] for i in range(ROWS)]
    flat = [str(n) for row in numbers for n in row]
    texts = [[f"item {i} {k}" for k in range(i % 3)] for i in range(ROWS)]
    words = [w for row in texts for w in row]
    pairs = [[(f"key {i}", IDS[i])] if i % 2 else [] for i in range(ROWS)]
    yield "list", pa.array(numbers, pa.list_(pa.int64())), {1: flat}
    yield "large_list", pa.array(texts, pa.large_list(pa.utf8())), {1: words}
    yield "list_view", pa.array(numbers, pa.list_view(pa.int64())), {1: flat}
    yield "large_list_view", pa.array(texts, pa.large_list_view(pa.string_view())), {1: words}
    yield "fixed_list", pa.array([[i, i + 1000] for i in range(ROWS)], pa.list_(pa.int32(), 2)), {1: [str(n) for i in range(ROWS) for n in (i, i + 1000)]}
    yield "struct", pa.array([{"a": IDS[i], "b": {"c": f"city {i}"}} for i in range(ROWS)]), {1: [str(n) for n in IDS], 3: [f"city {i}" for i in range(ROWS)]}
    yield "map", pa.array(pairs, pa.map_(pa.utf8(), pa.int64())), {2: [p[0][0] for p in pairs if p], 3: [str(p[0][1]) for p in pairs if p]}
    types = pa.array([i % 2 for i in range(ROWS)], pa.int8())
    sparse = [pa.array(IDS, pa.int64()), pa.array(TEXTS)]
    yield "sparse_union", pa.UnionArray.from_sparse(types, sparse), {1: [str(n) for n in IDS], 2: LINES}
    half = ROWS // 2
    dense = [pa.array(IDS[:half], pa.int64()), pa.array(TEXTS[:half])]
    places = pa.array([i // 2 for i in range(ROWS)], pa.int32())
    yield "dense_union", pa.UnionArray.from_dense(types, places, dense), {1: [str(n) for n in IDS[:half]], 2: LINES[:half]}
    ends = list(range(5, ROWS + 5, 5))
    runs = pa.RunEndEncodedArray.from_arrays(ends, pa.array([f"run {e}" for e in ends]))
    yield "run_ends", runs, {1: [str(e) for e in ends], 2: [f"run {e}" for e in ends]}


def numbered(columns):
    """Lines by the paths of columns, which count those in others."""
    number, lines, arrays = 0, {}, {}
    for name, array, inside in columns:
        number += 1
        arrays[name] = array
        for behind, some_lines in inside.items():
            lines[f"record-batch-1/column-{number + behind}"] = some_lines
        number += count(array.type)
    return pa.table(arrays), lines


def count(type):
    """Columns in one."""
    if isinstance(type, pa.RunEndEncodedType):
        return 2
    if pa.types.is_map(type):
        return 3
    children = [type.field(i).type for i in range(type.num_fields)]
    return sum(1 + count(child) for child in children)


def write(name, batches, schema, expected, is_file=True, **options):
    writer = ipc.new_file if is_file else ipc.new_stream
    with writer(f"{name}.bin", schema, options=ipc.IpcWriteOptions(**options)) as sink:
        for batch in batches:
            sink.write(batch)
    texts = {"footer": [*schema.names, *extra(schema)] if is_file else [], "schema": [*schema.names, *extra(schema)]}
    save(name, f"pyarrow {pa.__version__}", expected, texts)


def extra(schema):
    return [text.decode() for pair in (schema.metadata or {}).items() for text in pair]


expected = {}


def save(name, made_by, columns, texts):
    own = {"columns": columns, **texts}
    same = next((other for other, each in expected.items() if each == own), None)
    expected[name] = own
    with open(f"{name}.json", "w") as file:
        json.dump({"madeBy": made_by, **({"sameAs": same} if same else own)}, file, ensure_ascii=False, indent=0)


def table_of(columns):
    return numbered((name, array, {0: lines}) for name, (array, lines) in columns.items())


def write_types():
    table, lines = table_of(COLUMNS)
    table = table.replace_schema_metadata({"written by": "user 1234567"})
    batches = table.to_batches()
    write("types", batches, table.schema, lines)
    write("types-lz4", batches, table.schema, lines, compression="lz4")
    write("types-zstd", batches, table.schema, lines, compression="zstd")
    write("types-stream", batches, table.schema, lines, is_file=False, compression="zstd")
    legacy = {"use_legacy_format": True, "metadata_version": ipc.MetadataVersion.V4}
    write("types-legacy", batches, table.schema, lines, **legacy)
    write("types-legacy-stream", batches, table.schema, lines, is_file=False, **legacy)


def write_nested():
    table, lines = numbered(nested())
    write("nested", table.to_batches(), table.schema, lines)
    write("nested-lz4", table.to_batches(), table.schema, lines, is_file=False, compression="lz4")


def write_batches():
    """Parts of one table, behind each of which the writer leaves the first bytes of the next one."""
    table = pa.table({"id": IDS, "text": TEXTS, "list": [[text] for text in TEXTS], "flag": [i % 3 == 0 for i in range(ROWS)]})
    lines = {}
    for number, first in enumerate(range(0, ROWS, 15), 1):
        part = slice(first, first + 15)
        lines[f"record-batch-{number}/column-1"] = [str(n) for n in IDS[part]]
        lines[f"record-batch-{number}/column-2"] = LINES[part]
        lines[f"record-batch-{number}/column-4"] = LINES[part]
    write("batches", table.to_batches(max_chunksize=15), table.schema, lines)
    write("batches-zstd", table.to_batches(max_chunksize=15), table.schema, lines, compression="zstd")


def write_dictionaries():
    """Dictionaries that grow, are replaced, and are in entries of another one."""
    entries = [["anna", "bob"], ["anna", "bob", "unused carl"]]
    batches = [pa.record_batch({"d": pa.DictionaryArray.from_arrays(pa.array([0, None, 1], pa.int8()), pa.array(each))}) for each in entries]
    delta = {"dictionary-batch-1/column-1": entries[0], "dictionary-batch-2/column-1": entries[1][2:]}
    write("delta", batches, batches[0].schema, delta, is_file=False, emit_dictionary_deltas=True)
    replaced = {"dictionary-batch-1/column-1": entries[0], "dictionary-batch-2/column-1": entries[1]}
    write("replacement", batches, batches[0].schema, replaced, is_file=False)
    inner = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int32()), pa.array(["inner a", "inner b"]))
    outer = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.uint16()), pa.ListArray.from_arrays([0, 1, 3], inner))
    table = pa.table({"d": outer, "n": pa.array([IDS[0], IDS[1]]).dictionary_encode()})
    lines = {f"dictionary-batch-{k}/column-1": v for k, v in {1: ["inner a", "inner b"], 3: [str(n) for n in IDS[:2]]}.items()}
    write("nested-dictionary", table.to_batches(), table.schema, lines)


def write_small():
    table = pa.table({"id": IDS[:5], "name": ["bob_smith", None, "jane.doe@example.org", "", "x"], "kind": pa.array(["view", "like", "view", "view", "like"]).dictionary_encode(), "friends": [[1], [], None, [IDS[7], 3], [4]]})
    lines = {
        "dictionary-batch-1/column-1": ["view", "like"],
        "record-batch-1/column-1": [str(n) for n in IDS[:5]],
        "record-batch-1/column-2": ["bob_smith", "", "jane.doe@example.org", "", "x"],
        "record-batch-1/column-5": ["1", str(IDS[7]), "3", "4"],
    }
    for name, options in {"small": {}, "small-zstd": {"compression": "zstd"}, "small-stream": {"is_file": False}}.items():
        write(name, table.to_batches(), table.schema, lines, **options)
    empty = table.slice(0, 0)
    write("no-rows", [], empty.schema, {})
    write("no-rows-batch", empty.to_batches() or [pa.RecordBatch.from_pylist([], empty.schema)], empty.schema, {})


if __name__ == "__main__":
    write_types()
    write_nested()
    write_batches()
    write_dictionaries()
    write_small()

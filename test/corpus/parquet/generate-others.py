"""Writes the Parquet files rust-*.bin and fastparquet-*.bin of this directory by the library of Rust (through arro3) and by fastparquet, and beside each
what must come out, made here from the values; see generate.py.

Run: pip install pyarrow==26.0.1 arro3-io==0.9.1 arro3-core==0.9.1 fastparquet==2026.9.0 pandas==3.1.1 && python3 generate-others.py
"""

import json

import arro3.core
import arro3.io
import fastparquet
import numpy as np
import pandas as pd
import pyarrow as pa

ROWS = 60
IDS = [1000000000000000000 + (i * 7919) ** 3 for i in range(ROWS)]


expected = {}


def write(case, made_by, columns, names):
    texts = {"columns": columns, "footer": names}
    same = next((other for other, each in expected.items() if each == texts), None)
    expected[case] = texts
    with open(f"{case}.json", "w") as file:
        json.dump({"madeBy": made_by, **({"sameAs": same} if same else texts)}, file, ensure_ascii=False, indent=0)


def texts(values):
    return [str(value).replace("\n", "\r") for value in values if value is not None]


# name: (type of Arrow, values, texts)
COLUMNS = {
    "int64": (pa.int64(), [id * (-1) ** i for i, id in enumerate(IDS)]),
    "uint64": (pa.uint64(), [2**64 - 1 - i * 10**17 for i in range(ROWS)]),
    "int32": (pa.int32(), [(i * 123456789) % 2**31 - 2**30 for i in range(ROWS)]),
    "uint32": (pa.uint32(), [2**32 - 1 - i * 10**7 for i in range(ROWS)]),
    "nulls": (pa.int64(), [None if i % 3 else IDS[i] for i in range(ROWS)]),
    "few": (pa.int64(), [IDS[i % 4] for i in range(ROWS)]),
    "string": (pa.string(), [f"user-{IDS[i]}-é\nnext" if i % 7 else None for i in range(ROWS)]),
    "kind": (pa.string(), [f"group {i % 3}" for i in range(ROWS)]),
    "list": (pa.list_(pa.int64()), [[IDS[i] + k for k in range(i % 4)] for i in range(ROWS)]),
}


def rust(case, **options):
    table = pa.table({name: pa.array(values, kind) for name, (kind, values) in COLUMNS.items()})
    arro3.io.write_parquet(arro3.core.Table.from_arrow(table), f"{case}.bin", max_row_group_size=40, key_value_metadata={"owner": "metadata-1234567"}, data_page_row_count_limit=10, write_batch_size=10, **options)
    found = {}
    for group, part in enumerate([slice(0, 40), slice(40, ROWS)]):
        for index, (kind, values) in enumerate(COLUMNS.values()):
            some = values[part] if not pa.types.is_list(kind) else [each for values in values[part] for each in values]
            found[f"row-group-{group + 1}/column-{index + 1}"] = texts(some)
    said = ", ".join(f"{key}={value}" for key, value in options.items())
    write(case, f"arro3-io 0.9.1, write_parquet({said})", found, [*COLUMNS, "owner", "metadata-1234567"])


rust("rust-snappy", compression="snappy", writer_version="parquet_1_0", bloom_filter_enabled=True, bloom_filter_ndv=60)
rust("rust-zstd", compression="zstd(3)", writer_version="parquet_2_0")
# With a dictionary that is soon full, so that the other pages of a column are plain.
rust("rust-lz4", compression="lz4_raw", writer_version="parquet_2_0", dictionary_page_size_limit=64)


def fast(case, compression, names, **options):
    frame = pd.DataFrame(
        {
            "int64": COLUMNS["int64"][1],
            "uint32": np.array(COLUMNS["uint32"][1], dtype="uint32"),
            "string": [f"user-{id}-é" for id in IDS],
            "kind": pd.Categorical(COLUMNS["kind"][1]),
            "nulls": pd.array(COLUMNS["nulls"][1], dtype="Int64"),
        }
    )
    fastparquet.write(f"{case}.bin", frame[names], compression=compression, row_group_offsets=[0, 40], write_index=False, **options)
    found = {}
    for group, part in enumerate([slice(0, 40), slice(40, ROWS)]):
        for index, name in enumerate(names):
            values = [f"user-{id}-é" for id in IDS] if name == "string" else COLUMNS[name][1]
            found[f"row-group-{group + 1}/column-{index + 1}"] = texts(values[part])
    write(case, f"fastparquet {fastparquet.__version__}, compression={compression}", found, ["int64"] + (["kind"] if "kind" in names else []))


ALL = ["int64", "uint32", "string", "kind", "nulls"]
fast("fastparquet-none", None, ALL)
fast("fastparquet-gzip", "GZIP", ALL)
# What columns have is written as the truth value that it is told.
fast("fastparquet-no-nulls", "ZSTD", ["int64", "string"], has_nulls=False)

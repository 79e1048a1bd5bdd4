"""Writes the Arrow files of this directory by Rust (through arro3), Polars, pandas and nanoarrow, and beside each what must come out; see generate.py.

Run: pip install pyarrow==26.0.1 arro3-io==0.9.1 arro3-core==0.9.1 polars==2.1.0 pandas==3.1.1 nanoarrow==0.9.0 && python3 generate-others.py
"""

import arro3.io
import nanoarrow.ipc
import pandas as pd
import polars as pl
import pyarrow as pa
from generate import COLUMNS, IDS, LINES, ROWS, TEXTS, nested, numbered, save, some, table_of

UNKNOWN = ["decimal32", "decimal64", "hundreds", "uuid"]


def texts_of(schema, is_file=True):
    return {"footer": schema.names if is_file else [], "schema": schema.names}


def write_rust():
    types, lines = table_of({name: column for name, column in COLUMNS.items() if name not in UNKNOWN})
    arro3.io.write_ipc(types, "rust.bin", compression=None)
    save("rust", "arro3-io 0.9.1", lines, texts_of(types.schema))
    arro3.io.write_ipc_stream(types, "rust-zstd.bin", compression="zstd")
    save("rust-zstd", "arro3-io 0.9.1", lines, texts_of(types.schema, False))
    others, lines = numbered(each for each in nested() if each[0] not in ("list_view", "large_list_view", "run_ends"))
    arro3.io.write_ipc(others, "rust-nested.bin", compression="lz4")
    save("rust-nested", "arro3-io 0.9.1", lines, texts_of(others.schema))


def write_nanoarrow():
    table, lines = numbered(each for each in nested() if each[0] in ("list", "struct", "map"))
    with nanoarrow.ipc.StreamWriter.from_path("nanoarrow.bin") as writer:
        writer.write_stream(table)
    save("nanoarrow", "nanoarrow 0.9.0", lines, texts_of(table.schema, False))


def write_polars():
    """Indices of dictionaries come before these."""
    frame = pl.DataFrame(
        {
            "id": IDS,
            "text": some(TEXTS),
            "kind": pl.Series([f"kind {i % 3}" for i in range(ROWS)], dtype=pl.Categorical),
            "list": [[IDS[i], i] for i in range(ROWS)],
            "huge": pl.Series([10**30 + i for i in range(ROWS)], dtype=pl.Int128),
        }
    )
    lines = {
        "record-batch-1/column-1": [str(n) for n in IDS],
        "record-batch-1/column-2": some(LINES, ""),
        "record-batch-1/column-5": [str(n) for i in range(ROWS) for n in (IDS[i], i)],
        "record-batch-1/column-6": [str(10**30 + i) for i in range(ROWS)],
        "dictionary-batch-1/column-1": [f"kind {i}" for i in range(3)],
    }
    for compression in ["uncompressed", "lz4", "zstd"]:
        name = f"polars-{compression}"
        frame.write_ipc(f"{name}.bin", compression=compression)
        save(name, f"polars {pl.__version__}", lines, {"footer": frame.columns, "schema": frame.columns})
    frame.write_ipc_stream("polars-stream.bin", compression="zstd")
    save("polars-stream", f"polars {pl.__version__}", lines, {"footer": [], "schema": frame.columns})


def write_pandas():
    frame = pd.DataFrame({"id": IDS, "text": some(TEXTS), "kind": pd.Categorical(some([f"kind {i % 2}" for i in range(ROWS)]))})
    frame.to_feather("pandas.bin")
    lines = {
        "record-batch-1/column-1": [str(n) for n in IDS],
        "record-batch-1/column-2": some(LINES, ""),
        "dictionary-batch-1/column-1": ["kind 0", "kind 1"],
    }
    save("pandas", f"pandas {pd.__version__}", lines, {"footer": ["id", "pandas"], "schema": ["id", "pandas"]})


if __name__ == "__main__":
    write_rust()
    write_nanoarrow()
    write_polars()
    write_pandas()

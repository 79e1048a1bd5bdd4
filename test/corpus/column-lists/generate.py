"""Writes the Parquet and ORC files of this directory by pyarrow 26.0.1, and beside them what their lists say together.

Run: pip install pyarrow==26.0.1 && python3 generate.py

`expected.json`: for each file the lines that must come out beside its values.
"""

import json
import uuid

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq

TEXT = list(b"user bob_w77")
ID = uuid.UUID("6f1e2d3c-4b5a-4978-8a6b-5c4d3e2f1a0b")
SIGNED = [b - 256 if b > 127 else b for b in ID.bytes]
OTHERS = [[1, 2, 3], None, [], [5, None, 6]]
CHARACTERS = [["x"], None, [], list("bob_w77"), ["a", "few"], ["é", None, "😀"], ["", "a"]]


def listed(values):
    return f"[{','.join(str(v % 256) for v in values)}]"


def table(values, kind):
    return pa.table({"id": range(len(values)), "list": pa.array(values, kind)})


NUMBERS = OTHERS + [TEXT] + OTHERS + [SIGNED]
NUMBER_LINES = [listed(TEXT), listed(SIGNED), str(ID)]
expected = {}


def write(case, values, kind, lines, **options):
    pq.write_table(table(values, kind), f"{case}.parquet.bin", **options)
    expected[f"{case}.parquet.bin"] = lines


for name in ["int8", "int16", "int32", "int64", "float", "double"]:
    kind = pa.list_(pa.type_for_alias(name))
    write(name, NUMBERS, kind, NUMBER_LINES)
    orc.write_table(table(NUMBERS, kind), f"{name}.orc.bin")
    expected[f"{name}.orc.bin"] = NUMBER_LINES
int32 = pa.list_(pa.int32())
write("pages-2", NUMBERS * 30, int32, NUMBER_LINES * 30, data_page_version="2.0", data_page_size=100)
write("plain", NUMBERS, int32, NUMBER_LINES, use_dictionary=False)
write("delta", NUMBERS, int32, NUMBER_LINES, use_dictionary=False, column_encoding="DELTA_BINARY_PACKED")
write("nested", [[[1, 2], TEXT, None], [], [TEXT, [1, 300, *TEXT]]], pa.list_(int32), [listed(TEXT)] * 3)

texts = pa.list_(pa.string())
CHARACTER_LINES = ["bob_w77", "é😀"]
write("characters", CHARACTERS, texts, CHARACTER_LINES)
write("characters-plain", CHARACTERS, texts, CHARACTER_LINES, use_dictionary=False)
for case, options in {"characters": {}, "characters-dictionary": {"dictionary_key_size_threshold": 1}}.items():
    orc.write_table(table(CHARACTERS, texts), f"{case}.orc.bin", **options)
    expected[f"{case}.orc.bin"] = CHARACTER_LINES

with open("expected.json", "w") as file:
    json.dump(expected, file, ensure_ascii=False, indent=0)

// Writes the Arrow files javascript*.bin of this directory by Arrow's own library, and beside each what must come out; see generate.py.
// Run: npm install apache-arrow@21 && node generate.mjs

import { writeFileSync } from 'node:fs'
import * as arrow from 'apache-arrow'

const rows = Array.from({ length: 40 }, (_, index) => index)
const ids = rows.map((row) => 1000000000000000000n + BigInt(row * 7919) ** 3n)
const texts = rows.map((row) => (row % 3 === 1 ? null : `näme ${ids[row]}`))
const lists = rows.map((row) => rows.slice(0, row % 4).map((item) => `item ${row} ${item}`))
const table = new arrow.Table({
  id: arrow.vectorFromArray(ids, new arrow.Int64()),
  text: arrow.vectorFromArray(texts, new arrow.Utf8()),
  kind: arrow.vectorFromArray(rows.map((row) => `kind ${row % 3}`)),
  list: arrow.vectorFromArray(lists, new arrow.List(new arrow.Field('item', new arrow.Utf8(), true))),
})
const names = ['id', 'text', 'kind', 'list']
const columns = {
  'record-batch-1/column-1': ids.map(String),
  'record-batch-1/column-2': texts.map((text) => text ?? ''),
  'record-batch-1/column-5': lists.flat(),
  'dictionary-batch-1/column-1': ['kind 0', 'kind 1', 'kind 2'],
}
const madeBy = 'apache-arrow 21'
for (const { name, kind, footer, schema } of [
  { name: 'javascript', kind: 'file', footer: names, schema: [] },
  { name: 'javascript-stream', kind: 'stream', footer: [], schema: names },
]) {
  writeFileSync(`${name}.bin`, arrow.tableToIPC(table, kind))
  writeFileSync(`${name}.json`, JSON.stringify({ madeBy, columns, footer, schema }, undefined, 0))
}

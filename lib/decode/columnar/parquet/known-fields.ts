import type { ThriftStruct, ThriftValue } from './thrift.ts'

/**
 * What the fields of a struct hold, by their ids. `number`: sizes, counts, places, flags, which are the format's own. `text`: bytes that are
 * text. `value`: bytes of a value of a column. `hidden`: what is read elsewhere, or not at all. A field that is not listed is
 * content, whatever it holds. Lists are like their items.
 */
export type Fields = { readonly [id: number]: 'number' | 'text' | 'value' | 'hidden' | Fields }

const keyValue: Fields = { 1: 'text', 2: 'text' }
export const statistics: Fields = {
  1: 'value',
  2: 'value',
  3: 'number',
  4: 'number',
  5: 'value',
  6: 'value',
  7: 'number',
  8: 'number',
}
const unit: Fields = { 1: {}, 2: {}, 3: {} }
const logicalType: Fields = {
  1: {},
  2: {},
  3: {},
  4: {},
  5: { 1: 'number', 2: 'number' },
  6: {},
  7: { 1: 'number', 2: unit },
  8: { 1: 'number', 2: unit },
  10: { 1: 'number', 2: 'number' },
  11: {},
  12: {},
  13: {},
  14: {},
  15: {},
  16: { 1: 'number' },
  17: { 1: 'text' },
  18: { 1: 'text', 2: 'number' },
}
const schemaElement: Fields = {
  1: 'number',
  2: 'number',
  3: 'number',
  4: 'text',
  5: 'number',
  6: 'number',
  7: 'number',
  8: 'number',
  9: 'number',
  10: logicalType,
}
const sizeStatistics: Fields = { 1: 'number', 2: 'number', 3: 'number' }
const columnMetaData: Fields = {
  1: 'number',
  2: 'number',
  3: 'text',
  4: 'number',
  5: 'number',
  6: 'number',
  7: 'number',
  8: keyValue,
  9: 'number',
  10: 'number',
  11: 'number',
  12: 'hidden',
  13: { 1: 'number', 2: 'number', 3: 'number' },
  14: 'number',
  15: 'number',
  16: sizeStatistics,
}
/** The same where it stands behind the pages of its column. */
export const copiedMetaData: Fields = { ...columnMetaData, 12: statistics }

const columnChunk: Fields = {
  1: 'text',
  2: 'number',
  3: columnMetaData,
  4: 'number',
  5: 'number',
  6: 'number',
  7: 'number',
  8: { 1: {}, 2: { 1: 'text', 2: 'text' } },
  9: 'hidden',
}
const rowGroup: Fields = {
  1: columnChunk,
  2: 'number',
  3: 'number',
  4: { 1: 'number', 2: 'number', 3: 'number' },
  5: 'number',
  6: 'number',
  7: 'number',
}
const aes: Fields = { 1: 'hidden', 2: 'hidden', 3: 'number' }

/** parquet.thrift, `FileMetaData`. */
export const fileMetaData: Fields = {
  1: 'number',
  2: schemaElement,
  3: 'number',
  4: rowGroup,
  5: keyValue,
  6: 'text',
  7: { 1: {} },
  8: { 1: aes, 2: aes },
  9: 'hidden',
}

/** parquet.thrift, `PageHeader`. */
export const pageHeader: Fields = {
  1: 'number',
  2: 'number',
  3: 'number',
  4: 'number',
  5: { 1: 'number', 2: 'number', 3: 'number', 4: 'number', 5: statistics },
  6: {},
  7: { 1: 'number', 2: 'number', 3: 'number' },
  8: { 1: 'number', 2: 'number', 3: 'number', 4: 'number', 5: 'number', 6: 'number', 7: 'number', 8: statistics },
}

/** parquet.thrift, `ColumnIndex`, `OffsetIndex` and `BloomFilterHeader`. */
export const columnIndex: Fields = {
  1: 'number',
  2: 'value',
  3: 'value',
  4: 'number',
  5: 'number',
  6: 'number',
  7: 'number',
}
export const offsetIndex: Fields = { 1: { 1: 'number', 2: 'number', 3: 'number' }, 2: 'number' }
export const bloomFilterHeader: Fields = { 1: 'number', 2: { 1: {} }, 3: { 1: {} }, 4: { 1: {} } }

/**
 * Everything in a struct that is content: bytes as they are, numbers of fields that are not known in decimal. Values of columns are given
 * to `onValue`.
 */
export function visitContent(
  struct: ThriftStruct,
  fields: Fields,
  onText: (bytes: Uint8Array) => void,
  onValue: (bytes: Uint8Array) => void = onText,
): void {
  for (const [id, value] of struct) visit(value, fields[id])

  function visit(value: ThriftValue, known: Fields[number] | undefined): void {
    if (known === 'hidden') return
    if (Array.isArray(value)) for (const item of value) visit(item, known)
    else if (value instanceof Map) visitContent(value, typeof known === 'object' ? known : {}, onText, onValue)
    else if (value instanceof Uint8Array) {
      if (known === 'value') onValue(value)
      else onText(value)
    } else if (typeof value === 'object' && 'double' in value) onText(Buffer.from(String(value.double)))
    else if (known !== 'number' && typeof value !== 'boolean') onText(Buffer.from(String(value)))
  }
}

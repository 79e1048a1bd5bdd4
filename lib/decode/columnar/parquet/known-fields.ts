import type { ThriftStruct, ThriftValue } from './thrift.ts'

/**
 * What the fields of a struct hold, by their ids. `number`: a size, a count, a place, a flag, which are the format's own; `numbers`: a list of
 * them. `text`: bytes that are text. `value`: bytes of a value of a column. `any`: bytes of no certain kind. `elsewhere`: a struct that is read
 * elsewhere. A field that is not listed is content, whatever it holds, and so is one that holds something else than it should, and a
 * number beyond any size. Lists of others are like their items.
 */
export type Fields = { readonly [id: number]: 'number' | 'numbers' | 'text' | 'value' | 'any' | 'elsewhere' | Fields }

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
const sizeStatistics: Fields = { 1: 'number', 2: 'numbers', 3: 'numbers' }
const columnMetaData: Fields = {
  1: 'number',
  2: 'numbers',
  3: 'text',
  4: 'number',
  5: 'number',
  6: 'number',
  7: 'number',
  8: keyValue,
  9: 'number',
  10: 'number',
  11: 'number',
  12: 'elsewhere',
  13: { 1: 'number', 2: 'number', 3: 'number' },
  14: 'number',
  15: 'number',
  16: sizeStatistics,
}
/** The same where it stands behind the pages of its column, and in a `ColumnChunk` there. */
export const copiedMetaData: Fields = { ...columnMetaData, 12: statistics }

const columnChunk: Fields = {
  1: 'text',
  2: 'number',
  3: columnMetaData,
  4: 'number',
  5: 'number',
  6: 'number',
  7: 'number',
  8: { 1: {}, 2: { 1: 'text', 2: 'any' } },
  9: 'any',
}
export const copiedChunk: Fields = { ...columnChunk, 3: copiedMetaData }
const rowGroup: Fields = {
  1: columnChunk,
  2: 'number',
  3: 'number',
  4: { 1: 'number', 2: 'number', 3: 'number' },
  5: 'number',
  6: 'number',
  7: 'number',
}
const aes: Fields = { 1: 'any', 2: 'any', 3: 'number' }

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
  9: 'any',
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
  1: 'numbers',
  2: 'value',
  3: 'value',
  4: 'number',
  5: 'numbers',
  6: 'numbers',
  7: 'numbers',
}
export const offsetIndex: Fields = { 1: { 1: 'number', 2: 'number', 3: 'number' }, 2: 'numbers' }
export const bloomFilterHeader: Fields = { 1: 'number', 2: { 1: {} }, 3: { 1: {} }, 4: { 1: {} } }

/**
 * Everything in a struct that is content: bytes as they are, numbers of fields that are not known in decimal. Values of columns are given
 * to `onValue`, and bytes of no certain kind to `onAny`.
 */
export function visitContent(
  struct: ThriftStruct,
  fields: Fields,
  onText: (bytes: Uint8Array) => void,
  onValue: (bytes: Uint8Array) => void = onText,
  onAny: (bytes: Uint8Array) => void = onText,
): void {
  for (const [id, value] of struct) visit(value, fields[id])

  function visit(value: ThriftValue, known: Fields[number] | undefined): void {
    if (known === 'elsewhere' && value instanceof Map) return
    if (Array.isArray(value)) for (const item of value) visit(item, itemOf(known))
    else if (value instanceof Map) visitContent(value, typeof known === 'object' ? known : {}, onText, onValue, onAny)
    else if (value instanceof Uint8Array) {
      if (known === 'value') onValue(value)
      else if (known === 'any') onAny(value)
      else onText(value)
    } else if (typeof value === 'object' && 'double' in value) onText(Buffer.from(String(value.double)))
    else if (typeof value === 'bigint' || (known !== 'number' && typeof value !== 'boolean'))
      onText(Buffer.from(String(value)))
  }
}

function itemOf(known: Fields[number] | undefined): Fields[number] | undefined {
  if (known === 'numbers') return 'number'
  return known === 'number' ? undefined : known
}

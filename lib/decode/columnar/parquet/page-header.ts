import { corrupt } from '../column-fault.ts'
import { countIn, numberIn, required, structIn, type ThriftStruct } from './thrift.ts'

/** Encodings by their numbers (parquet.thrift, `Encoding`). */
const encodings = [
  'PLAIN',
  'GROUP_VAR_INT',
  'DICTIONARY',
  'RLE',
  'BIT_PACKED',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'DICTIONARY',
  'BYTE_STREAM_SPLIT',
] as const

export type Encoding = (typeof encodings)[number]

type Levels = 'RLE' | 'BIT_PACKED'

/** What stands before the bytes of a page (parquet.thrift, `PageHeader`). `stored` and `size`: its bytes before and after decompression. */
export type PageHeader = { stored: number; size: number; checksum?: number } & (
  | { kind: 'dictionary'; values: number }
  | { kind: 'data'; values: number; encoding: Encoding; definitions: Levels; repetitions: Levels }
  | ({ kind: 'data-2'; values: number; encoding: Encoding } & Version2)
  | { kind: 'unknown' }
)

/** `definitionBytes` and `repetitionBytes` of levels are stored before the values, which alone may be compressed. */
type Version2 = {
  nulls: number
  rows: number
  definitionBytes: number
  repetitionBytes: number
  isCompressed: boolean
}

export function pageHeaderOf(header: ThriftStruct): PageHeader {
  const checksum = numberIn(header, 4)
  return {
    size: required(countIn(header, 2), 'the size of a page'),
    stored: required(countIn(header, 3), 'the stored size of a page'),
    ...(checksum !== undefined && { checksum: checksum >>> 0 }),
    ...kindOf(header),
  }
}

function kindOf(header: ThriftStruct) {
  switch (numberIn(header, 1)) {
    case 0: {
      const data = required(structIn(header, 5), 'the header of a data page')
      return {
        kind: 'data' as const,
        values: valuesIn(data),
        encoding: encodingIn(data, 2),
        definitions: levelsIn(data, 3),
        repetitions: levelsIn(data, 4),
      }
    }
    case 2: {
      const dictionary = required(structIn(header, 7), 'the header of a dictionary')
      const encoding = encodingIn(dictionary, 2)
      if (encoding !== 'PLAIN' && encoding !== 'DICTIONARY') throw corrupt('parquet: expected a plain dictionary')
      return { kind: 'dictionary' as const, values: valuesIn(dictionary) }
    }
    case 3: {
      const data = required(structIn(header, 8), 'the header of a data page')
      return {
        kind: 'data-2' as const,
        values: valuesIn(data),
        encoding: encodingIn(data, 4),
        nulls: required(countIn(data, 2), 'a number of nulls'),
        rows: required(countIn(data, 3), 'a number of rows'),
        definitionBytes: required(countIn(data, 5), 'the size of levels'),
        repetitionBytes: required(countIn(data, 6), 'the size of levels'),
        isCompressed: data.get(7) !== false,
      }
    }
    default:
      return { kind: 'unknown' as const }
  }
}

const valuesIn = (header: ThriftStruct) => required(countIn(header, 1), 'a number of values')

function encodingIn(header: ThriftStruct, id: number): Encoding {
  return required(encodings[required(numberIn(header, id), 'an encoding')], 'a known encoding')
}

function levelsIn(header: ThriftStruct, id: number): Levels {
  const encoding = encodingIn(header, id)
  if (encoding !== 'RLE' && encoding !== 'BIT_PACKED') throw corrupt('parquet: expected a known encoding of levels')
  return encoding
}

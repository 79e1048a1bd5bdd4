import { ColumnFault, corrupt } from '../column-fault.ts'
import type { FlatTable } from './flat-tables.ts'

/** How a value of a fixed width becomes text. `bytes`: whatever they are. */
export type Print =
  | {
      readonly as:
        | 'signed'
        | 'unsigned'
        | 'float'
        | 'uuid'
        | 'bytes'
        | 'days-and-milliseconds'
        | 'months-days-nanoseconds'
    }
  | { readonly as: 'decimal'; readonly scale: number }

/** How a column holds its values (Columnar.rst, "Physical Memory Layout"). `offset`: bytes of an offset. */
export type Kind =
  | { readonly as: 'null' | 'boolean' | 'struct' | 'run-ends' }
  | { readonly as: 'fixed'; readonly width: number; readonly print: Print }
  | { readonly as: 'text' | 'bytes'; readonly offset: 4 | 8 }
  | { readonly as: 'text-view' | 'bytes-view' }
  | { readonly as: 'list' | 'list-view'; readonly offset: 4 | 8 }
  | { readonly as: 'fixed-list'; readonly size: number }
  | { readonly as: 'union'; readonly isDense: boolean; readonly ids: readonly number[] }

/** Whole numbers that say which entries of a dictionary values are. */
export type Index = { readonly width: 1 | 2 | 4 | 8; readonly isSigned: boolean }

const mostScale = 1000

export const unsupported = (what: string) => new ColumnFault('unsupported-format', `arrow: expected ${what}`)

export function intOf(type: FlatTable): Index {
  const width = type.int(0) / 8
  if (width !== 1 && width !== 2 && width !== 4 && width !== 8) throw unsupported('numbers of a width that is known')
  return { width, isSigned: type.bool(1) }
}

const signed = (width: number): Kind => ({ as: 'fixed', width, print: { as: 'signed' } })

/** Of the union `Type`; what is a number without more to say about it becomes one. */
export function kindOf(code: number, type: FlatTable, isUuid: boolean, texts: Uint8Array[]): Kind {
  switch (code) {
    case 1:
      return { as: 'null' }
    case 2: {
      // Of Polars, beside the widths that the format has.
      if (type.int(0) === 128 && type.bool(1)) return { as: 'fixed', width: 16, print: { as: 'decimal', scale: 0 } }
      const { width, isSigned } = intOf(type)
      return { as: 'fixed', width, print: { as: isSigned ? 'signed' : 'unsigned' } }
    }
    case 3:
      return { as: 'fixed', width: oneOf([2, 4, 8], type.short(0)), print: { as: 'float' } }
    case 4:
      return { as: 'bytes', offset: 4 }
    case 5:
      return { as: 'text', offset: 4 }
    case 6:
      return { as: 'boolean' }
    case 7:
      return decimalOf(type)
    case 8:
      return signed(oneOf([4, 8], type.short(0, 1)))
    case 9:
      oneOf([0, 1, 2, 3], type.short(0, 1))
      return signed(oneOf([4, 8], [32, 64].indexOf(type.int(1, 32))))
    case 10: {
      oneOf([0, 1, 2, 3], type.short(0))
      const zone = type.text(1)
      if (zone !== undefined) texts.push(Buffer.from(zone))
      return signed(8)
    }
    case 11:
      return oneOf(intervals, type.short(0))
    case 12:
    case 17:
      type.bool(0)
      return { as: 'list', offset: 4 }
    case 13:
      return { as: 'struct' }
    case 14:
      return { as: 'union', isDense: oneOf([false, true], type.short(0)), ids: type.ints(1) }
    case 15: {
      const width = type.int(0)
      if (width < 0) throw corrupt('arrow: expected the width of values')
      return { as: 'fixed', width, print: { as: isUuid && width === 16 ? 'uuid' : 'bytes' } }
    }
    case 16: {
      const size = type.int(0)
      if (size < 0) throw corrupt('arrow: expected the length of lists')
      return { as: 'fixed-list', size }
    }
    case 18:
      oneOf([0, 1, 2, 3], type.short(0, 1))
      return signed(8)
    case 19:
      return { as: 'bytes', offset: 8 }
    case 20:
      return { as: 'text', offset: 8 }
    case 21:
      return { as: 'list', offset: 8 }
    case 22:
      return { as: 'run-ends' }
    case 23:
      return { as: 'bytes-view' }
    case 24:
      return { as: 'text-view' }
    case 25:
      return { as: 'list-view', offset: 4 }
    case 26:
      return { as: 'list-view', offset: 8 }
    default:
      throw unsupported('columns of types that are known')
  }
}

const intervals: readonly Kind[] = [
  signed(4),
  { as: 'fixed', width: 8, print: { as: 'days-and-milliseconds' } },
  { as: 'fixed', width: 16, print: { as: 'months-days-nanoseconds' } },
]

function oneOf<T>(values: readonly T[], index: number): T {
  const value = values[index]
  if (value === undefined) throw unsupported('columns of types that are known')
  return value
}

function decimalOf(type: FlatTable): Kind {
  type.int(0)
  const scale = type.int(1)
  const width = oneOf([4, 8, 16, 32], [32, 64, 128, 256].indexOf(type.int(2, 128)))
  if (Math.abs(scale) > mostScale) throw corrupt(`arrow: expected a scale of at most ${mostScale}`)
  return { as: 'fixed', width, print: { as: 'decimal', scale } }
}

import type { Step } from '../../format-place.ts'
import { corrupt } from '../column-fault.ts'
import type { Item } from '../column-lists.ts'
import { stepOf, stepsBehind } from '../column-steps.ts'
import { bytesIn, countIn, numberIn, structIn, type ThriftStruct } from './thrift.ts'

/** Parquet's physical types by their numbers (parquet.thrift, `Type`). */
export const physicalTypes = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const

export type Physical = (typeof physicalTypes)[number]

/** How a value becomes text. `text`: bytes that are text by its type; `bytes`: whatever they are. */
export type Print =
  | { readonly as: 'boolean' | 'signed' | 'unsigned' | 'float' | 'double' | 'half' | 'int96' }
  | { readonly as: 'uuid' | 'interval' | 'text' | 'bytes' }
  | { readonly as: 'decimal'; readonly scale: number }

/** What whole numbers count from the beginning of 1970 on; `isUtc` false: in a time zone that is not said. */
export type TimeUnit = { readonly unit: 'days' } | { readonly unit: 'ms' | 'us' | 'ns'; readonly isUtc: boolean }

/**
 * A column that holds values. `width`: bytes of one, 0 where each has its own length or is a bit. `definition` and `repetition` are its
 * highest levels: a value is there where the definition level is the highest, and a row begins where the repetition level is 0. `steps`: from
 * the row to it, through the groups that it is in.
 */
export type Leaf = {
  readonly physical: Physical
  readonly width: number
  readonly definition: number
  readonly repetition: number
  readonly print: Print
  /** Its values are the only ones in items of lists. */
  readonly item?: Item
  /** Its values are dates or times. */
  readonly time?: TimeUnit
  /** The schema says something of it that is not known, which may be how its values are meant. */
  readonly isDoubtful: boolean
  readonly steps: readonly Step[]
}

const maxLevel = 255

/** The columns of a schema, which is written as the elements of a tree from its root on, children behind their parents. */
export function leavesOf(elements: readonly ThriftStruct[]): Leaf[] {
  const root = elements[0]
  if (root === undefined) throw corrupt('parquet: expected a schema')
  const leaves: Leaf[] = []
  const none: readonly Step[] = []
  const open = [{ left: countIn(root, 5) ?? 0, members: 0, isList: false, definition: 0, repetition: 0, steps: none }]
  for (const element of elements.slice(1)) {
    while (open.length > 0 && open.at(-1)!.left === 0) open.pop()
    const parent = open.at(-1)
    if (parent === undefined) throw corrupt('parquet: expected no element outside of the schema')
    parent.left -= 1
    parent.members += 1
    const written = element.get(3)
    // fastparquet writes whether there are nulls as the truth value that it is told.
    const kind = typeof written === 'boolean' ? Number(written) : (numberIn(element, 3) ?? 0)
    if (kind < 0 || kind > 2) throw corrupt('parquet: expected a known repetition')
    const definition = parent.definition + (kind === 0 ? 0 : 1)
    const repetition = parent.repetition + (kind === 2 ? 1 : 0)
    if (definition > maxLevel) throw corrupt(`parquet: expected at most ${maxLevel} levels`)
    const type = numberIn(element, 1)
    const steps = stepsBehind(parent.steps, stepOf(parent.members, bytesIn(element, 4)))
    const left = countIn(element, 5) ?? 0
    if (type === undefined)
      open.push({ left, members: 0, isList: kind === 2 && left === 1, definition, repetition, steps })
    else {
      const column = typeOf(element, type)
      const item = kind === 2 || parent.isList ? itemOf(element, column.print) : undefined
      leaves.push({ ...column, ...(item !== undefined && { item }), definition, repetition, steps })
    }
  }
  if (open.some(({ left }) => left > 0)) throw corrupt('parquet: expected all elements of the schema')
  return leaves
}

/** Of `SchemaElement`. */
const lastField = 10

const widths: Partial<Record<Physical, number>> = { INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 }

function typeOf(
  element: ThriftStruct,
  type: number,
): Pick<Leaf, 'physical' | 'width' | 'print' | 'time' | 'isDoubtful'> {
  const physical = physicalTypes[type]
  if (physical === undefined) throw corrupt('parquet: expected a known type')
  if ((countIn(element, 5) ?? 0) > 0) throw corrupt('parquet: expected no elements inside of a column')
  const width = physical === 'FIXED_LEN_BYTE_ARRAY' ? countIn(element, 2) : (widths[physical] ?? 0)
  if (width === undefined) throw corrupt('parquet: expected the length of values of a fixed length')
  const isDoubtful = [...element.keys()].some((id) => id < 1 || id > lastField)
  const time = timeOf(element)
  return { physical, width, print: printOf(element, physical, width), ...(time !== undefined && { time }), isDoubtful }
}

/** Fields of `LogicalType` and values of `ConvertedType` that matter here. */
const logical = {
  string: 1,
  enum: 4,
  decimal: 5,
  date: 6,
  timestamp: 8,
  integer: 10,
  json: 12,
  uuid: 14,
  half: 15,
} as const
const converted = {
  utf8: 0,
  enum: 4,
  decimal: 5,
  date: 6,
  milliseconds: 9,
  microseconds: 10,
  unsigned: [11, 12, 13, 14],
  bytes: [11, 15],
  json: 19,
  interval: 21,
} as const

function printOf(element: ThriftStruct, physical: Physical, width: number): Print {
  const type = structIn(element, 10)
  const old = numberIn(element, 6)
  const isOf = (id: number) => type?.has(id) ?? false
  const scale = scaleOf(element, type, old)
  if (
    scale !== undefined &&
    physical !== 'FLOAT' &&
    physical !== 'DOUBLE' &&
    physical !== 'INT96' &&
    physical !== 'BOOLEAN'
  )
    return { as: 'decimal', scale }
  switch (physical) {
    case 'BOOLEAN':
      return { as: 'boolean' }
    case 'INT32':
    case 'INT64': {
      return { as: isUnsigned(type && structIn(type, logical.integer), old) ? 'unsigned' : 'signed' }
    }
    case 'INT96':
      return { as: 'int96' }
    case 'FLOAT':
      return { as: 'float' }
    case 'DOUBLE':
      return { as: 'double' }
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY': {
      const isFixed = physical === 'FIXED_LEN_BYTE_ARRAY'
      if (isFixed && width === 16 && isOf(logical.uuid)) return { as: 'uuid' }
      if (isFixed && width === 2 && isOf(logical.half)) return { as: 'half' }
      if (isFixed && width === 12 && old === converted.interval) return { as: 'interval' }
      const isText = isOf(logical.string) || isOf(logical.enum) || isOf(logical.json)
      const wasText = old === converted.utf8 || old === converted.enum || old === converted.json
      return { as: isText || wasText ? 'text' : 'bytes' }
    }
    default:
      return physical satisfies never
  }
}

/** Digits behind the point of decimal numbers; undefined: these are none. Where both types are there they have to agree, and say all that they should. */
function scaleOf(element: ThriftStruct, type: ThriftStruct | undefined, old: number | undefined): number | undefined {
  const decimal = type && structIn(type, logical.decimal)
  if (decimal === undefined && old !== converted.decimal) return undefined
  if ((type !== undefined && decimal === undefined) || (old ?? converted.decimal) !== converted.decimal)
    throw corrupt('parquet: expected both types of a column to be decimal')
  const [scale, precision] = decimal
    ? [numberIn(decimal, 1), numberIn(decimal, 2)]
    : [numberIn(element, 7) ?? 0, numberIn(element, 8)]
  if (scale === undefined || precision === undefined)
    throw corrupt('parquet: expected the scale and the precision of decimal numbers')
  if ((numberIn(element, 7) ?? scale) !== scale || scale < 0 || scale > 1000)
    throw corrupt('parquet: expected one scale of decimal numbers, from 0 to 1000')
  return scale
}

/** The older types say of no time in which zone it is: writers have to put them beside local times as well (parquet-format, LogicalTypes.md). */
function timeOf(element: ThriftStruct): TimeUnit | undefined {
  const type = structIn(element, 10)
  const old = numberIn(element, 6)
  if (type === undefined) {
    if (old === converted.date) return { unit: 'days' }
    if (old === converted.milliseconds) return { unit: 'ms', isUtc: false }
    return old === converted.microseconds ? { unit: 'us', isUtc: false } : undefined
  }
  if (type.has(logical.date)) return { unit: 'days' }
  const stamp = structIn(type, logical.timestamp)
  const units = stamp && structIn(stamp, 2)
  const unit = (['ms', 'us', 'ns'] as const).find((_, index) => units?.has(index + 1))
  return stamp && unit && { unit, isUtc: stamp.get(1) === true }
}

function itemOf(element: ThriftStruct, { as }: Print): Item | undefined {
  if (as === 'text' || as === 'bytes') return 'text'
  const isOther = as === 'boolean' || as === 'int96' || as === 'uuid' || as === 'interval'
  return isOther ? undefined : isByte(element) ? 'bytes' : 'numbers'
}

/** Whole numbers of eight bits, with a sign or without. */
function isByte(element: ThriftStruct): boolean {
  const type = structIn(element, 10)
  const bits = type && structIn(type, logical.integer)?.get(1)
  return bits === 8 || converted.bytes.some((each) => each === numberIn(element, 6))
}

function isUnsigned(integer: ThriftStruct | undefined, old: number | undefined): boolean {
  const wasUnsigned = converted.unsigned.some((each) => each === old)
  if (integer === undefined) return wasUnsigned
  const isSigned = integer.get(2)
  if (typeof isSigned !== 'boolean' || (old !== undefined && isSigned === wasUnsigned))
    throw corrupt('parquet: expected both types of a column to say the same about signs')
  return !isSigned
}

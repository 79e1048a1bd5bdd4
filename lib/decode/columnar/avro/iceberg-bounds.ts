import { isUtf8 } from 'node:buffer'
import { firstControlByte } from '../../checks/control-bytes.ts'
import { uuidText } from '../../database/number-text.ts'
import { decimalText } from '../decimal-text.ts'

/** Fields of manifests and lists of manifests of Iceberg (specification, "Manifests"), by their numbers: bounds of columns, and of partitions. */
const boundFields: ReadonlyMap<unknown, string> = new Map([
  [127, 'value'],
  [130, 'value'],
  [510, 'lower_bound'],
  [511, 'upper_bound'],
])

export const isBoundField = (field: Record<string, unknown> | null): boolean =>
  field !== null && boundFields.has(field['field-id']) && boundFields.get(field['field-id']) === field.name

/** The numbers of 1, 4 and 8 bytes that are no text: truth values, dates, times, whole numbers and fractions. */
const widths: ReadonlySet<number> = new Set([1, 4, 8])
/** Decimals have no more. */
const mostBytes = 16

/**
 * What a bound may be (specification, "Binary single-value serialization"), which nothing in the file tells of partitions: a whole number in little endian, a decimal in big
 * endian, a whole fraction, each in decimal digits, or a UUID. `isText`: it may be text, or, where `mayBeBytes`, bytes of which nobody
 * knows what they are.
 */
export function readingsOf(value: Uint8Array, mayBeBytes: boolean): { numbers: string[]; isText: boolean } {
  const { length } = value
  const isNumber = widths.has(length) || (!mayBeBytes && length <= mostBytes)
  const isText = !isNumber || (isUtf8(value) && firstControlByte(value) === -1)
  if (length === 0 || length > mostBytes) return { numbers: [], isText }
  const view = new DataView(value.buffer, value.byteOffset, length)
  const numbers = [decimalText(value, 0)]
  if (length === 16) numbers.push(uuidText(value))
  if (length === 4) numbers.push(String(view.getInt32(0, true)), ...wholeOf(view.getFloat32(0, true)))
  if (length === 8) numbers.push(String(view.getBigInt64(0, true)), ...wholeOf(view.getFloat64(0, true)))
  return { numbers, isText }
}

/** Types of columns whose bounds are numbers, UUIDs or text. */
const typed = /^(?:boolean|int|long|float|double|date|time|timestamp(?:tz)?(?:_ns)?|string|uuid|decimal\(\d+, ?\d+\))$/

/**
 * Whether some column of a table may have bounds that are any bytes. `schema`: of the table, in JSON, as a manifest has it (specification, "Manifests"); absent from a list of
 * manifests.
 */
export function mayHaveBytes(schema: string | undefined): boolean {
  try {
    return schema === undefined || !isTyped(JSON.parse(schema))
  } catch {
    return true
  }
}

function isTyped(type: unknown): boolean {
  if (typeof type === 'string') return typed.test(type)
  if (typeof type !== 'object' || type === null) return false
  const { type: kind, fields, element, key, value } = type as Record<string, unknown>
  if (kind === 'struct') return Array.isArray(fields) && fields.every((field) => isTyped(field?.type))
  return kind === 'list' ? isTyped(element) : kind === 'map' && isTyped(key) && isTyped(value)
}

const wholeOf = (value: number) => (Number.isSafeInteger(value) ? [value.toFixed(0)] : [])

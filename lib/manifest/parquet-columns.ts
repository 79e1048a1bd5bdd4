import { ColumnFault, corrupt } from '../decode/columnar/column-fault.ts'
import type { Layout } from '../decode/columnar/parquet/layout.ts'
import type { Metadata } from '../decode/columnar/parquet/metadata.ts'
import { hasTexts, isFlat, type NextValue } from '../decode/columnar/parquet/read-rows.ts'
import type { Leaf, TimeUnit } from '../decode/columnar/parquet/schema.ts'
import {
  bytesIn,
  countIn,
  numberIn,
  structIn,
  structsIn,
  type ThriftStruct,
} from '../decode/columnar/parquet/thrift.ts'
import { columnsOf, unusedOf } from './manifest-columns.ts'
import { msBehindUtc, msOfDay, msToEndOfDay } from './transfer-time.ts'

/** Where in the schema the columns of a manifest are, from 0, how times of transfer are written, and how many other columns nobody reads. */
export type ParquetColumns = { id: number; time?: { column: number; as: TimeKind }; unused: number }

/** `int96`: a Julian day and the nanoseconds in it, in UTC (Spark) or in whatever zone (Impala). */
type TimeKind = TimeUnit | 'text' | 'int96'

/** Takes the columns by their names, as those of CSV, also names inside of other columns. @throws ColumnFault */
export function chosenColumns({ footer, metadata }: Layout): ParquetColumns {
  const columns = columnsIn(structsIn(footer, 2)!)
  requireSameNames(columns, footer)
  const names = columns.map(({ name }) => name)
  const inner = columns.map(({ inner }) => inner)
  const chosen = columnsOf(names, inner)
  if (chosen.kind === 'problem') throw refused(chosen.problem)
  const keyed = columns.findIndex(({ hasKeys }) => hasKeys)
  if (keyed >= 0)
    throw refused(
      `column ${keyed + 1}: expected no map, of which each row has names of its own: they may say that its transfer does not hold. Leave the column out`,
    )
  const [id, idLeaf] = leafOf(columns[chosen.id]!, metadata)
  if (!idLeaf || !hasTexts(idLeaf) || idLeaf.time !== undefined)
    throw refused(`column ${chosen.id + 1}: expected identifiers as text, whole numbers or UUIDs, one a row`)
  requireReadable(metadata, id)
  const unused = unusedOf(names)
  if (chosen.time === undefined) return { id, unused }
  const [column, timeLeaf] = leafOf(columns[chosen.time]!, metadata)
  const as = timeLeaf && timeKindOf(timeLeaf)
  if (as === undefined)
    throw refused(`column ${chosen.time + 1}: expected transferredAt as a date, a time (TIMESTAMP, INT96) or text`)
  requireReadable(metadata, column)
  return { id, time: { column, as }, unused }
}

const refused = (problem: string) => new ColumnFault('unsupported-format', `columns: ${problem}`)

/**
 * A column as the schema has it, with its whole name, whatever its length; `inner`: the names of what is inside of it, alone and behind its own, as names inside of values
 * of JSON are taken. `leaf`: which of the columns that hold values is the first in it. `hasKeys`: other names are in its values.
 */
type Column = { name: string; inner: string[]; leaf: number; isLeaf: boolean; hasKeys: boolean }

/** Of `SchemaElement`: the type, the name, the number of children and the two types that say how values are meant. */
const [typeField, nameField, childrenField, convertedField, logicalField] = [1, 4, 5, 6, 10]
const [map, mapKeyValue] = [1, 2]
const [logicalMap, logicalVariant] = [2, 16]

function columnsIn(elements: readonly ThriftStruct[]): Column[] {
  const columns: Column[] = []
  let leaf = 0
  let left = 0
  for (const element of elements.slice(1)) {
    const name = textOf(bytesIn(element, nameField))
    const isLeaf = element.has(typeField)
    if (left === 0) columns.push({ name, inner: [], leaf, isLeaf, hasKeys: false })
    const column = columns.at(-1)!
    if (left === 0) left = 1
    else column.inner.push(name, column.name + name)
    left += (countIn(element, childrenField) ?? 0) - 1
    if (isLeaf) leaf += 1
    const converted = numberIn(element, convertedField)
    const logical = structIn(element, logicalField)
    column.hasKeys ||= converted === map || converted === mapKeyValue
    column.hasKeys ||= [logicalMap, logicalVariant].some((type) => logical?.has(type))
  }
  return columns
}

const leafOf = ({ leaf, isLeaf }: Column, { leaves }: Metadata) => [leaf, isLeaf ? leaves[leaf] : undefined] as const

/** A column is named in each row group again, so that damage to a name is seen, with which it would be another column, and not read. */
function requireSameNames(columns: readonly Column[], footer: ThriftStruct): void {
  for (const group of structsIn(footer, 4)!) {
    const chunks = structsIn(group, 1)!
    for (const { name, leaf, isLeaf } of columns) {
      const path = isLeaf ? structIn(chunks[leaf]!, 3)?.get(3) : undefined
      if (Array.isArray(path) && path[0] instanceof Uint8Array && textOf(path[0]).toLowerCase() !== name.toLowerCase())
        throw corrupt('parquet: expected one name of each column')
    }
  }
}

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString()

function requireReadable({ groups }: Metadata, column: number): void {
  if (groups.some((chunks) => chunks[column]!.problem !== undefined || chunks[column]!.range === undefined))
    throw refused(`expected columns in clear, in this file, in a codec that is read`)
}

function timeKindOf(leaf: Leaf): TimeKind | undefined {
  if (!isFlat(leaf)) return undefined
  if (leaf.print.as === 'int96') return 'int96'
  if (!hasTexts(leaf)) return undefined
  if (leaf.time !== undefined) return leaf.time
  return leaf.print.as === 'text' || leaf.print.as === 'bytes' ? 'text' : undefined
}

/**
 * When transfers were, as `ManifestRows` takes it; empty where there was none. A time is never earlier than it was: a part of a millisecond counts as a whole one, and where nobody
 * says in which zone one is meant, it is the last one that it can be, twelve hours behind UTC.
 */
export function transferTimes({ as }: { as: TimeKind }, next: NextValue): () => string | number {
  const read = as === 'text' ? (text: string) => text : as === 'int96' ? timeOfInt96 : readerOf(as)
  return () => {
    const text = next() ?? ''
    return text === '' ? '' : read(text)
  }
}

function readerOf(as: TimeUnit): (text: string) => number {
  if (as.unit === 'days') return (text) => Number(text) * msOfDay + msToEndOfDay
  const inMs = { ms: 1n, us: 1000n, ns: 1_000_000n }[as.unit]
  const later = as.isUtc ? 0 : msBehindUtc
  return (text) => Number((BigInt(text) + inMs - 1n) / inMs) + later
}

/** A Julian day and the nanoseconds in it. */
function timeOfInt96(text: string): number {
  const [day, nanoseconds] = text.split(' ').map(Number) as [number, number]
  return (day - julianDayOf1970) * msOfDay + Math.ceil(nanoseconds / 1_000_000) + msBehindUtc
}

const julianDayOf1970 = 2_440_588

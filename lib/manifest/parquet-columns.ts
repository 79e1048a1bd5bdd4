import { ColumnFault } from '../decode/columnar/column-fault.ts'
import type { Metadata } from '../decode/columnar/parquet/metadata.ts'
import { hasTexts, isFlat, type NextValue } from '../decode/columnar/parquet/read-rows.ts'
import type { Leaf, TimeUnit } from '../decode/columnar/parquet/schema.ts'
import { columnsOf } from './manifest-columns.ts'
import { msBehindUtc, msOfDay, msToEndOfDay } from './transfer-time.ts'

/** Where in the schema the columns of a manifest are, from 0, and how times of transfer are written. */
export type ParquetColumns = { id: number; time?: { column: number; as: TimeKind } }

/** `int96`: a Julian day and the nanoseconds in it, in UTC (Spark) or in whatever zone (Impala). */
type TimeKind = TimeUnit | 'text' | 'int96'

/** Takes the columns by their names, as those of CSV, also names inside of other columns. @throws ColumnFault */
export function chosenColumns({ leaves, groups }: Metadata): ParquetColumns {
  const names = leaves.map(({ steps }) => nameOf(steps[0]))
  const firsts = leaves.flatMap((_, at) => (at === 0 || isOther(leaves[at]!, leaves[at - 1]!) ? [at] : []))
  const inner = firsts.map((first, index) => leaves.slice(first, firsts[index + 1]).flatMap(innerNames))
  const chosen = columnsOf(
    firsts.map((first) => names[first]!),
    inner,
  )
  if (chosen.kind === 'problem') throw refused(chosen.problem)
  const id = firsts[chosen.id]!
  if (!hasTexts(leaves[id]!) || leaves[id]!.time !== undefined)
    throw refused(`column ${chosen.id + 1}: expected identifiers as text, whole numbers or UUIDs, one a row`)
  requireReadable(groups, id)
  if (chosen.time === undefined) return { id }
  const column = firsts[chosen.time]!
  const as = timeKindOf(leaves[column]!)
  if (as === undefined)
    throw refused(`column ${chosen.time + 1}: expected transferredAt as a date, a time (TIMESTAMP, INT96) or text`)
  requireReadable(groups, column)
  return { id, time: { column, as } }
}

const refused = (problem: string) => new ColumnFault('unsupported-format', `columns: ${problem}`)

const nameOf = (step: Leaf['steps'][number] | undefined): string => (step && 'name' in step ? step.name : '')

const memberOf = ({ steps: [step] }: Leaf) => (step && 'member' in step ? step.member : 0)

const isOther = (one: Leaf, other: Leaf) => memberOf(one) !== memberOf(other)

/** Alone and behind that of the column, as names inside of values of JSON are taken. */
const innerNames = ({ steps: [first, ...rest] }: Leaf): string[] =>
  rest.flatMap((step) => [nameOf(step), nameOf(first) + nameOf(step)])

function requireReadable(groups: Metadata['groups'], column: number): void {
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

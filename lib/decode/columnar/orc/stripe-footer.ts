import { corrupt } from '../column-fault.ts'
import { countIn, messageOf, messagesIn } from './protobuf.ts'

/** Kinds of streams by their numbers (orc_proto.proto, `Stream.Kind`). */
const streamKinds = [
  'present',
  'data',
  'length',
  'dictionary',
  'dictionary-count',
  'secondary',
  'row-index',
  'bloom-filter',
  'bloom-filter-utf8',
  'encrypted',
  'encrypted',
] as const

export type StreamKind = (typeof streamKinds)[number] | 'unknown'

/** One stream; all of a stripe stand one behind the other from its beginning. */
export type Stream = { readonly kind: StreamKind; readonly column: number; readonly length: number }

/** How the values of a column are written; `version` of run lengths. */
export type Encoding = { readonly isDictionary: boolean; readonly version: 1 | 2; readonly entries: number }

export type StripeFooter = { readonly streams: readonly Stream[]; readonly encodings: readonly Encoding[] }

/** @throws ColumnFault */
export function stripeFooterOf(bytes: Uint8Array, columns: number): StripeFooter {
  const footer = messageOf(bytes)
  const encodings = messagesIn(footer, 2).map(encodingOf)
  if (encodings.length !== columns) throw corrupt('orc: expected an encoding of each column')
  const streams = messagesIn(footer, 1).map((message) => {
    const stream = messageOf(message)
    const column = countIn(stream, 2) ?? 0
    if (column >= columns) throw corrupt('orc: expected streams of columns that there are')
    const kind: StreamKind = streamKinds[countIn(stream, 1) ?? 0] ?? 'unknown'
    return { kind, column, length: countIn(stream, 3) ?? 0 }
  })
  return { streams, encodings }
}

function encodingOf(message: Uint8Array): Encoding {
  const encoding = messageOf(message)
  const kind = countIn(encoding, 1) ?? 0
  if (kind > 3) throw corrupt('orc: expected a known encoding')
  return { isDictionary: kind % 2 === 1, version: kind < 2 ? 1 : 2, entries: countIn(encoding, 2) ?? 0 }
}

import { type ProtoField, type ProtoFields, writeProto } from '../../../lib/scan/controls/writers/proto-writer.ts'

/** Types by the names in the specification. */
export const type = {
  boolean: 0,
  byte: 1,
  long: 4,
  double: 6,
  string: 7,
  binary: 8,
  time: 9,
  list: 10,
  map: 11,
} as const
export const more = { struct: 12, union: 13, decimal: 14 } as const

/** Kinds of streams. */
export const kind = {
  present: 0,
  data: 1,
  length: 2,
  dictionary: 3,
  secondary: 5,
  index: 6,
  bloom: 7,
  encrypted: 10,
} as const

export type TestStream = { kind: number; column: number; bytes: Uint8Array; length?: number }
export type TestStripe = { rows: number; streams: readonly TestStream[]; encodings?: readonly ProtoFields[] }

/** A file without compression unless `stored` makes chunks of it. `types`: the root is a struct of them where they are no list of messages. */
export type TestFile = {
  types: readonly (number | ProtoFields)[]
  stripes: readonly TestStripe[]
  footer?: ProtoFields
  postScript?: ProtoFields
  between?: Uint8Array
  stored?: (bytes: Uint8Array) => Uint8Array
}

export function orcFile({ types, stripes, footer, postScript, between, stored = (bytes) => bytes }: TestFile): Buffer {
  const isWhole = types.some((each) => typeof each === 'object')
  const root: ProtoFields = { 1: 12, 2: types.map((_, index) => index + 1) }
  const all = isWhole ? (types as ProtoFields[]) : [root, ...types.map((kind) => ({ 1: kind as number }))]
  const parts: Uint8Array[] = [Buffer.from('ORC')]
  let at = 3
  const listed: ProtoField[] = []
  for (const { rows, streams, encodings } of stripes) {
    const bodies = streams.map(({ bytes }) => stored(bytes))
    const stripeFooter = stored(
      writeProto({
        1: streams.map(({ kind, column, length }, index) => ({
          1: kind,
          2: column,
          3: length ?? bodies[index]!.length,
        })),
        2: encodings ?? all.map(() => ({ 1: 0 })),
      }),
    )
    const data = bodies.reduce((sum, { length }) => sum + length, 0)
    listed.push({ 1: at, 2: 0, 3: data, 4: stripeFooter.length, 5: rows })
    parts.push(...bodies, stripeFooter, between ?? new Uint8Array(0))
    at += data + stripeFooter.length + (between?.length ?? 0)
  }
  const rows = stripes.reduce((sum, stripe) => sum + stripe.rows, 0)
  const written = stored(writeProto({ 1: 3, 3: listed, 4: all, 6: rows, ...footer }))
  const last = writeProto({ 1: written.length, 2: 0, 3: 65_536, 4: [0, 12], 5: 0, ...postScript, 8000: 'ORC' })
  return Buffer.concat([...parts, written, last, Buffer.from([last.length])])
}

export const zigzag = (value: bigint) => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))

export function varint64(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

/** Numbers one by one in version 1. */
export function list1(values: readonly bigint[], isSigned = false): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < values.length; at += 128) {
    const some = values.slice(at, at + 128)
    parts.push(Buffer.from([256 - some.length]), ...some.map((value) => varint64(isSigned ? zigzag(value) : value)))
  }
  return Buffer.concat(parts)
}

export const lengths = (...values: number[]): Buffer => list1(values.map(BigInt))

/** Bytes one by one. */
export const bytesOf = (...values: number[]): Buffer => Buffer.from([256 - values.length, ...values])

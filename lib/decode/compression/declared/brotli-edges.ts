/**
 * What stands at the edges of metadata in a stream of brotli (RFC 7932, section 9.2), where the bytes around it may look as if they went on
 * with it. Only decoding tells where metadata is, so every place counts behind which a block of it fits and before which its
 * header may stand.
 */
export type BrotliEdges = {
  /** The next bytes of the stream, and the edges that are known by them, each with a line feed behind it. */
  take(chunk: Uint8Array, isLast: boolean): Generator<Uint8Array>
}

/** So much of a block is looked at behind the run at its edge. */
const around = 64
/** And so much of a run: longer than an identifier in any form. */
const longestRun = 4096
const look = longestRun + around
/** What a header takes before the bytes of its block. */
const longestHeader = 5
/** As many edges, in bytes, as so many times the stream, and of a short one. */
const mostEdges = { ratio: 32, bytes: 65_536 }

/** Of three bytes. */
const longestMetadata = 2 ** 24

/** @param longest blocks of metadata that are longer do not count, as in a stream that is shorter */
export function brotliEdges(tooMuch: () => Error, longest = longestMetadata): BrotliEdges {
  /** Where a block may end, a bit for each place, in turn. */
  const ends = new Uint8Array(Math.ceil((longest + 1) / 8))
  const places = ends.length * 8
  let kept: Uint8Array = new Uint8Array(0)
  /** Where `kept` begins in the stream, and the next place to look at, in `kept`. */
  let base = 0
  let next = 1
  let left = mostEdges.bytes
  const out = new Uint8Array(2 * look)
  let filled = 0

  return {
    *take(chunk, isLast) {
      const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk])
      left += chunk.length * mostEdges.ratio
      const last = isLast ? bytes.length : bytes.length - look
      for (; next < last; next++) {
        if (endsHere() && isOfRun(bytes[next]!)) yield* add(bytes, runStart(bytes, next) - around, next)
        if (mayBeginAt(bytes, next))
          for (const length of lengthsBefore(bytes, next)) {
            if (length > longest || (isLast && next + length > bytes.length)) continue
            const end = (base + next + length) % places
            ends[end >>> 3]! |= 1 << (end & 7)
            if (isOfRun(bytes[next - 1]!))
              yield* add(bytes, next, Math.min(next + length, runEnd(bytes, next, next + length) + around))
          }
      }
      const from = Math.max(0, next - look - longestHeader)
      // The caller may use them for others, and `slice` of a Buffer does not copy.
      kept = Uint8Array.prototype.slice.call(bytes, from)
      base += from
      next -= from
      yield* flush()
    },
  }

  function endsHere(): boolean {
    const place = (base + next) % places
    const bit = 1 << (place & 7)
    if ((ends[place >>> 3]! & bit) === 0) return false
    ends[place >>> 3]! &= ~bit
    return true
  }

  function* add(bytes: Uint8Array, from: number, to: number): Generator<Uint8Array> {
    const edge = bytes.subarray(Math.max(0, from), to)
    left -= edge.length
    if (left < 0) throw tooMuch()
    if (filled + edge.length >= out.length) yield* flush()
    out.set(edge, filled)
    filled += edge.length
    out[filled++] = 0x0a
  }

  function* flush(): Generator<Uint8Array> {
    if (filled > 0) yield out.subarray(0, filled)
    filled = 0
  }
}

/** Not the last and empty block, no nibbles, a reserved 0, the number of bytes that say the length: six bits. */
const headerOf = (size: number) => 6 | (size << 4)

/** For two bytes as a number, the first one the lower: whether six bits of them are a header, a bit for each size. */
const headers = new Uint8Array(65_536)
for (let size = 1; size <= 3; size++)
  for (let at = 3; at <= 10; at++)
    for (let others = 0; others < 1024; others++) {
      const [above, below] = [others >>> at, others & (2 ** at - 1)]
      headers[(above << (at + 6)) | (headerOf(size) << at) | below]! |= 1 << size
    }

/** Whether there may be a header before this place; what is before the beginning counts as zeros. */
function mayBeginAt(bytes: Uint8Array, from: number): boolean {
  for (let size = 1; size <= 3; size++) {
    const pair = (bytes[from - size - 2] ?? 0) | ((bytes[from - size - 1] ?? 0) << 8)
    if ((headers[pair]! & (1 << size)) !== 0) return true
  }
  return false
}

/** How long a block of metadata would be that begins here, for each header that may stand before it. */
function* lengthsBefore(bytes: Uint8Array, from: number): Generator<number> {
  const byte = bytes[from - 1]!
  for (let unused = 0; unused < 8 && byte >>> (8 - unused) === 0; unused++)
    for (let size = 1; size <= 3; size++) {
      const sizeAt = from * 8 - unused - size * 8
      if (sizeAt >= 6 && bitsAt(bytes, sizeAt - 6, 6) === headerOf(size)) yield bitsAt(bytes, sizeAt, size * 8) + 1
    }
}

/** So many bits, 24 at most, the first one the lowest; those behind the end are 0. */
export function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  const from = at >>> 3
  const low = (bytes[from] ?? 0) | ((bytes[from + 1] ?? 0) << 8) | ((bytes[from + 2] ?? 0) << 16)
  const all = (low | ((bytes[from + 3] ?? 0) << 24)) >>> 0
  return (all >>> (at & 7)) & (2 ** count - 1)
}

const isOfRun = (byte: number) => byte > 0x20 && byte !== 0x7f

function runEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  const end = Math.min(to, bytes.length, from + longestRun)
  while (at < end && isOfRun(bytes[at]!)) at += 1
  return at
}

function runStart(bytes: Uint8Array, to: number): number {
  let at = to
  const start = Math.max(0, to - longestRun)
  while (at > start && isOfRun(bytes[at - 1]!)) at -= 1
  return at
}

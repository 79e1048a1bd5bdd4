import { littleEndian } from '../../little-endian.ts'

type Filter = (input: AsyncGenerator<Uint8Array>) => AsyncGenerator<Uint8Array>

/**
 * Undoes the filters that data went through before it was compressed (xz file format 5.3): delta, and those for programs of
 * x86 and ARM. Absent: another one, or properties that it does not have.
 */
export function xzFilter(filters: readonly { id: number; properties: Uint8Array }[]): Filter | undefined {
  let all: Filter = (input) => input
  for (const { id, properties } of filters.toReversed()) {
    const filter = filterOf(id, properties)
    if (filter === undefined) return undefined
    const before = all
    all = (input) => filter(before(input))
  }
  return all
}

function filterOf(id: number, properties: Uint8Array): Filter | undefined {
  if (id === 3) return properties.length === 1 ? (input) => undoDelta(input, properties[0]! + 1) : undefined
  if (properties.length !== 0 && properties.length !== 4) return undefined
  const start = littleEndian(properties, 0, properties.length)
  if (id === 4) return (input) => undoJumps(input, start, x86Jumps())
  if (id === 7 && start % 4 === 0) return (input) => undoJumps(input, start, armJumps)
  return undefined
}

async function* undoDelta(input: AsyncGenerator<Uint8Array>, distance: number): AsyncGenerator<Uint8Array> {
  const history = new Uint8Array(256)
  let at = 0
  for await (const chunk of input) {
    const output = new Uint8Array(chunk.length)
    for (let index = 0; index < chunk.length; index++) {
      const byte = (chunk[index]! + history[(at + distance) & 0xff]!) & 0xff
      output[index] = byte
      history[at & 0xff] = byte
      at = (at - 1) & 0xff
    }
    yield output
  }
}

/** Makes jumps of a program relative again, in place; returns how many bytes are done, the rest waits for more. */
type UndoJumps = (bytes: Uint8Array, position: number) => number

async function* undoJumps(
  input: AsyncGenerator<Uint8Array>,
  start: number,
  undo: UndoJumps,
): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0)
  let position = start
  for await (const chunk of input) {
    const bytes = Buffer.concat([rest, chunk])
    const done = undo(bytes, position)
    position += done
    rest = Uint8Array.from(bytes.subarray(done))
    if (done > 0) yield bytes.subarray(0, done)
  }
  if (rest.length > 0) yield rest
}

const armJumps: UndoJumps = (bytes, position) => {
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    if (bytes[at + 3] !== 0xeb) continue
    const target = littleEndian(bytes, at, 3) * 4 - (position + at + 8)
    const words = Math.floor(target / 4)
    bytes[at] = words & 0xff
    bytes[at + 1] = (words >> 8) & 0xff
    bytes[at + 2] = (words >> 16) & 0xff
  }
  return at
}

/** By the last three bytes, of which each bit says whether it was an opcode: whether a jump is possible, and which byte counts. */
const possible = [true, true, true, false, true, false, false, false]
const byteOf = [0, 1, 2, 2, 3, 3, 3, 3]
const isSigned = (byte: number): boolean => byte === 0 || byte === 0xff

/** As xz has it; the masks remember opcodes that were seen within the last bytes. */
function x86Jumps(): UndoJumps {
  let mask = 0
  return (bytes, position) => {
    const end = bytes.length - 4
    let last = -1
    let at = 0
    for (; at < end; at++) {
      if ((bytes[at]! & 0xfe) !== 0xe8) continue
      const distance = at - last
      last = at
      mask = distance > 3 ? 0 : (mask << (distance - 1)) & 7
      if (mask !== 0 && (!possible[mask]! || isSigned(bytes[at + 4 - byteOf[mask]!]!))) {
        mask = (mask << 1) | 1
        continue
      }
      if (!isSigned(bytes[at + 4]!)) {
        mask = (mask << 1) | 1
        continue
      }
      writeJump(bytes, at + 1, jumpTarget(littleEndian(bytes, at + 1, 4), position + at + 5, mask))
      at += 4
    }
    if (end <= 0) return 0
    const distance = at - last
    mask = distance > 3 ? 0 : mask << (distance - 1)
    return at
  }
}

function jumpTarget(source: number, position: number, mask: number): number {
  let from = source | 0
  for (;;) {
    const target = (from - position) | 0
    if (mask === 0) return target
    const shift = byteOf[mask]! * 8
    if (!isSigned((target >>> (24 - shift)) & 0xff)) return target
    from = target ^ (2 ** (32 - shift) - 1)
  }
}

function writeJump(bytes: Uint8Array, at: number, target: number): void {
  bytes[at] = target & 0xff
  bytes[at + 1] = (target >> 8) & 0xff
  bytes[at + 2] = (target >> 16) & 0xff
  bytes[at + 3] = (target & 0x01000000) === 0 ? 0 : 0xff
}

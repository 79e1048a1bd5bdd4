/** One component of a frame (ITU-T T.81, B.2.2). `blocksWide` times `blocksHigh` blocks are in a scan of it alone. */
export type Component = {
  id: number
  h: number
  v: number
  blocksWide: number
  blocksHigh: number
  /** Of each coefficient, in zigzag order, down to which bit it was coded; -1: not at all. */
  codedTo: Int8Array
  /** Two words of a bit for each block, which coefficients of it are not zero: for scans of refinements. */
  nonZero: Uint32Array | undefined
}

export type Frame = {
  isProgressive: boolean
  precision: number
  width: number
  height: number
  mcusWide: number
  mcusHigh: number
  components: Component[]
  /** How many blocks the scans so far have looked at, and how many bytes they have. */
  walked: { blocks: number; bytes: number }
}

/** Reads what stands behind the length of a SOF0, SOF1 or SOF2; absent where it contradicts itself. */
export function parseFrame(code: number, bytes: Uint8Array): Frame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = bytes[5] ?? 0
  if (count < 1 || count > 4 || bytes.length !== 6 + 3 * count) return undefined
  const precision = bytes[0]!
  const [height, width] = [view.getUint16(1), view.getUint16(3)]
  if ((precision !== 8 && (precision !== 12 || code === 0xc0)) || height === 0 || width === 0) return undefined
  const told = Array.from({ length: count }, (_, index) => {
    const [id, sampling, table] = bytes.subarray(6 + 3 * index, 9 + 3 * index)
    return { id: id!, h: sampling! >> 4, v: sampling! & 15, table: table! }
  })
  if (told.some(({ h, v, table }) => h < 1 || h > 4 || v < 1 || v > 4 || table > 3)) return undefined
  if (new Set(told.map(({ id }) => id)).size < count) return undefined
  const [mostH, mostV] = [Math.max(...told.map(({ h }) => h)), Math.max(...told.map(({ v }) => v))]
  const components = told.map(({ id, h, v }) => ({
    id,
    h,
    v,
    blocksWide: Math.ceil(Math.ceil((width * h) / mostH) / 8),
    blocksHigh: Math.ceil(Math.ceil((height * v) / mostV) / 8),
    codedTo: new Int8Array(64).fill(-1),
    nonZero: undefined,
  }))
  return {
    isProgressive: code === 0xc2,
    precision,
    width,
    height,
    mcusWide: Math.ceil(width / (8 * mostH)),
    mcusHigh: Math.ceil(height / (8 * mostV)),
    components,
    walked: { blocks: 0, bytes: 0 },
  }
}

/**
 * Codes of up to 16 bits, in their order, filled up to 16 with zeros: where those of each length end, and their values. `short`: of each code of few bits, at all ten bits that begin with it, its length above
 * its value; 0: there is none. A picture of few pixels has four tables as well, so that one has to be made in no time.
 */
export type HuffmanTable = { short: Uint16Array; ends: number[]; firsts: number[]; values: Uint8Array }

const shortBits = 10

/** The code that sixteen bits begin with: its length above its value; 0: there is none. */
export function codeAt({ short, ends, firsts, values }: HuffmanTable, bits: number): number {
  const entry = short[bits >> (16 - shortBits)]!
  if (entry !== 0) return entry
  for (let length = shortBits + 1; length <= 16; length++)
    if (bits < ends[length]!)
      return (length << 8) | values[firsts[length]! + ((bits - ends[length - 1]!) >> (16 - length))]!
  return 0
}

/** `[kind][number]`: kind 0 is of DC, 1 of AC. */
export type HuffmanTables = [HuffmanTable[], HuffmanTable[]]

/** Reads the tables of a DHT (B.2.4.2, C.2) into `tables`; false where one is none. */
export function readHuffmanTables(bytes: Uint8Array, tables: HuffmanTables): boolean {
  for (let at = 0; at < bytes.length; ) {
    const [kind, number] = [bytes[at]! >> 4, bytes[at]! & 15]
    const counts = bytes.subarray(at + 1, at + 17)
    if (kind > 1 || number > 3 || counts.length < 16) return false
    at += 17
    const total = counts.reduce((sum, count) => sum + count, 0)
    const values = bytes.slice(at, at + total)
    if (values.length < total) return false
    at += total
    const table = { short: new Uint16Array(1 << shortBits), ends: [0], firsts: [0], values }
    let [end, first] = [0, 0]
    for (let length = 1; length <= 16; length++) {
      table.firsts.push(first)
      for (let left = counts[length - 1]!; left > 0; left--) {
        const from = end
        end += 1 << (16 - length)
        // A code of ones alone is none (C.2).
        if (end > 65535) return false
        if (length <= shortBits)
          table.short.fill((length << 8) | values[first]!, from >> (16 - shortBits), end >> (16 - shortBits))
        first++
      }
      table.ends.push(end)
    }
    tables[kind as 0 | 1][number] = table
  }
  return true
}

/** Whether a DQT (B.2.4.1) is tables of 64 numbers, none of them zero. */
export function isQuantization(bytes: Uint8Array): boolean {
  let at = 0
  while (at < bytes.length) {
    const [size, number] = [(bytes[at]! >> 4) + 1, bytes[at]! & 15]
    const values = bytes.subarray(at + 1, at + 1 + 64 * size)
    if (size > 2 || number > 3 || values.length < 64 * size) return false
    for (let index = 0; index < values.length; index += size)
      if (values[index] === 0 && (size === 1 || values[index + 1] === 0)) return false
    at += 1 + 64 * size
  }
  return at > 0
}

export type ScanComponent = { component: Component; dc: HuffmanTable | undefined; ac: HuffmanTable | undefined }

/** A scan (B.2.3): `from` to `to` are coefficients; `high` and `low` bits, in progressive ones. */
export type Scan = {
  components: [ScanComponent, ...ScanComponent[]]
  from: number
  to: number
  high: number
  low: number
}

/** Reads what stands behind the length of a SOS and notes what it codes; absent where that contradicts itself, the frame or what was coded before (G.1.1.1). */
export function parseScan(bytes: Uint8Array, frame: Frame, [dc, ac]: HuffmanTables): Scan | undefined {
  const count = bytes[0] ?? 0
  if (count < 1 || count > 4 || bytes.length !== 4 + 2 * count) return undefined
  const [from, to, bits] = bytes.subarray(1 + 2 * count) as unknown as [number, number, number]
  const [high, low] = [bits >> 4, bits & 15]
  const components: ScanComponent[] = []
  for (let index = 0; index < count; index++) {
    const [id, tables] = bytes.subarray(1 + 2 * index) as unknown as [number, number]
    const component = frame.components.find((each) => each.id === id)
    if (component === undefined || components.some((each) => each.component === component)) return undefined
    components.push({ component, dc: dc[tables >> 4], ac: ac[tables & 15] })
  }
  const blocks = components.reduce((sum, { component: { h, v } }) => sum + h * v, 0)
  if (count > 1 && blocks > 10) return undefined
  if (frame.isProgressive) {
    if (from === 0 ? to !== 0 : count > 1 || to < from || to > 63) return undefined
    if (low > 13 || (high !== 0 && high !== low + 1)) return undefined
  } else if (from !== 0 || to !== 63 || bits !== 0) return undefined
  for (const { component } of components) {
    // What is coded twice is shown once.
    if (from > 0 && component.codedTo[0] === -1) return undefined
    for (let k = from; k <= to; k++) {
      if (component.codedTo[k] !== (high === 0 ? -1 : high)) return undefined
      component.codedTo[k] = low
    }
  }
  const needsDc = from === 0 && high === 0
  const needsAc = to > 0
  if (components.some(({ dc, ac }) => (needsDc && dc === undefined) || (needsAc && ac === undefined))) return undefined
  return { components: components as Scan['components'], from, to, high, low }
}

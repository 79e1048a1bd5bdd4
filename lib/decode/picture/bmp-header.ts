const at = 14

/**
 * What the header of a bitmap says. `length`: of the header, with masks behind it; `colours` and `pixels`: how many bytes these have; `isRuns`: pixels are coded in runs; `profile`: where it stands, from the
 * header on, or the name of one; `numbers`: all that it says.
 */
export type BmpHeader = {
  length: number
  width: number
  height: number
  bits: number
  isRuns: boolean
  colours: number
  pixels: number
  profile: { at: number; length: number; isName: boolean } | undefined
  numbers: number[]
}

const lengths = new Set([12, 40, 52, 56, 108, 124])
const depths = new Set([1, 2, 4, 8, 16, 24, 32])
const [none, runs8, runs4, masks, alphaMasks] = [0, 1, 2, 3, 6]
/** `MBED`, and `LINK`: the name of a file. */
const [embedded, linked] = [0x4d424544, 0x4c494e4b]

/** Reads the header behind that of the file; absent: it is none that is read, as those of OS/2 2 and of pictures in JPEG and PNG. */
export function parseBmpHeader(bytes: Buffer): BmpHeader | undefined {
  const told = bytes.readUInt32LE(at)
  if (!lengths.has(told) || bytes.length < at + told) return undefined
  const isOld = told === 12
  const width = isOld ? bytes.readUInt16LE(at + 4) : bytes.readInt32LE(at + 4)
  const height = isOld ? bytes.readUInt16LE(at + 6) : Math.abs(bytes.readInt32LE(at + 8))
  const [planes, bits] = isOld
    ? [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)]
    : [bytes.readUInt16LE(at + 12), bytes.readUInt16LE(at + 14)]
  const u32 = (from: number) => (from + 4 <= told ? bytes.readUInt32LE(at + from) : 0)
  const compression = isOld ? none : u32(16)
  const isRuns = (compression === runs8 && bits === 8) || (compression === runs4 && bits === 4)
  const hasMasks = (compression === masks || compression === alphaMasks) && bits >= 16
  if (planes !== 1 || !depths.has(bits) || width <= 0 || height === 0 || !(compression === none || isRuns || hasMasks))
    return undefined
  const most = bits <= 8 ? 1 << bits : 0
  const used = isOld ? 0 : u32(32)
  if (used > 256) return undefined
  const behind = hasMasks && told === 40 ? (compression === masks ? 12 : 16) : 0
  const space = told === 124 ? u32(56) : 0
  return {
    length: told + behind,
    width,
    height,
    bits,
    isRuns,
    colours: (used === 0 ? most : used) * (isOld ? 3 : 4),
    pixels: 4 * Math.ceil((width * bits) / 32) * height,
    profile:
      space === embedded || space === linked ? { at: u32(112), length: u32(116), isName: space === linked } : undefined,
    numbers: Array.from({ length: (told - 4) >> 2 }, (_, index) => u32(4 + 4 * index)),
  }
}

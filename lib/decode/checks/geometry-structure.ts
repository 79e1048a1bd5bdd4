import { hexDigits, hexValues } from './encoded-window.ts'

/** Types of geometries (OGC 06-103r4, 8.2; ISO 13249-3, with curves) by what they are made of. */
const ofPoints = [2, 8]
const ofRings = [3, 17]
const ofGeometries = [4, 5, 6, 7, 9, 10, 11, 12, 15, 16]
const types = new Set([1, ...ofPoints, ...ofRings, ...ofGeometries])
/** Of PostGIS (EWKB): a third coordinate, and the number of a reference system. A measure may be anything, so that it is not read. */
const hasZ = 0x80000000
const hasSystem = 0x20000000
/** A third coordinate, as ISO has it. */
const isoZ = 1000
/** No coordinate in degrees or meters is farther from zero, or nearer but zero. Of random bytes one in thirty may be one, and of text none. */
const farthest = 1e9
const nearest = 1e-12
const mostNested = 16
/** Digits that may stand behind, in the same run: the number of the next row. */
const mostBehind = 48
/** MySQL has the number of a reference system in front, in four bytes. */
const systemDigits = 8
const headDigits = 10

type Step = 'order' | 'type' | 'system' | 'count' | 'coordinate'
const sizes: Record<Step, number> = { order: 1, type: 4, system: 4, count: 4, coordinate: 8 }
type Part = 'point' | 'ring' | 'geometry'

/**
 * Follows hexadecimal digits that may be geometries (WKB), one behind the other, as dumps of PostGIS and MySQL have them: counts, and coordinates that are
 * such by their size. Nothing else is in them, so that they hide nothing however long they are.
 */
export type GeometryStructure = {
  /** The next characters. */
  take(characters: Uint8Array): void
  /** Nothing contradicts it so far. */
  goesOn(): boolean
  /** All of it was there. */
  isWhole(): boolean
}

/** `characters`: the first ones of hexadecimal digits. Undefined: no geometry begins with them. */
export function geometryStructure(characters: Buffer): GeometryStructure | undefined {
  // What may be both is a point of which the coordinates are none.
  const before = [systemDigits, 0].find((at) => isHead(characters.toString('latin1', at, at + headDigits)))
  if (before === undefined) return undefined

  const bytes = Buffer.alloc(8)
  let held = 0
  let high = -1
  let toSkip = before
  let isBig = false
  let type = 0
  let dimensions = 2
  let isInRing = false
  let step: Step = 'order'
  /** What is to come, innermost last. */
  const open: { count: number; part: Part }[] = []
  let coordinates = 0
  let whole = 0
  let behind = 0
  let isBroken = false

  const number = () => (isBig ? bytes.readUInt32BE() : bytes.readUInt32LE())

  function takeByte(byte: number): void {
    bytes[held++] = byte
    if (held < sizes[step]) return
    held = 0
    if (step === 'order') {
      isBroken = byte > 1
      isBig = byte === 0
      step = 'type'
    } else if (step === 'type') takeType(number())
    else if (step === 'system') begin()
    else if (step === 'count') {
      const part = isInRing || ofPoints.includes(type) ? 'point' : ofRings.includes(type) ? 'ring' : 'geometry'
      isInRing = false
      take(number(), part)
    } else {
      const size = Math.abs(isBig ? bytes.readDoubleBE() : bytes.readDoubleLE())
      isBroken = !(size === 0 || (size >= nearest && size <= farthest))
      if (--coordinates === 0) next()
    }
  }

  function takeType(written: number): void {
    const read = readType(written)
    isBroken = read === undefined || open.length >= mostNested
    if (read === undefined) return
    type = read.type
    dimensions = read.dimensions
    if (read.hasSystem) step = 'system'
    else begin()
  }

  function begin(): void {
    step = 'count'
    if (type === 1) take(1, 'point')
  }

  function take(count: number, part: Part): void {
    open.push({ count, part })
    next()
  }

  function next(): void {
    while (open.at(-1)?.count === 0) open.pop()
    const last = open.at(-1)
    if (last === undefined) {
      whole++
      behind = 0
      toSkip = before!
      step = 'order'
      return
    }
    last.count--
    if (last.part === 'geometry') step = 'order'
    else if (last.part === 'ring') {
      isInRing = true
      step = 'count'
    } else {
      coordinates = dimensions
      step = 'coordinate'
    }
  }

  const goesOn = () => !isBroken || (whole > 0 && behind <= mostBehind)

  return {
    take(more) {
      for (const character of more) {
        if (!goesOn()) return
        behind++
        isBroken ||= hexDigits[character] === 0
        if (isBroken) continue
        if (toSkip > 0) toSkip--
        else if (high === -1) high = hexValues[character]!
        else {
          takeByte(high * 16 + hexValues[character]!)
          high = -1
        }
      }
    },
    goesOn,
    isWhole: () => whole > 0 && behind <= mostBehind,
  }
}

function isHead(digits: string): boolean {
  if (!/^0[01][0-9a-f]{8}$/i.test(digits)) return false
  const type = Buffer.from(digits.slice(2), 'hex')
  return readType(digits[1] === '0' ? type.readUInt32BE() : type.readUInt32LE()) !== undefined
}

function readType(written: number): { type: number; dimensions: number; hasSystem: boolean } | undefined {
  const system = (written & hasSystem) !== 0
  const z = written >= hasZ
  const rest = written - (z ? hasZ : 0) - (system ? hasSystem : 0)
  const isIso = rest >= isoZ
  const type = isIso ? rest - isoZ : rest
  return types.has(type) ? { type, dimensions: z || isIso ? 3 : 2, hasSystem: system } : undefined
}

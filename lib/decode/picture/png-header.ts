/** The size of a picture or of a frame of one, and how many bits a pixel has in it. */
export type PngHeader = {
  readonly width: number
  readonly height: number
  readonly pixelBits: number
  readonly isInterlaced: boolean
  /** Types of colour: 2 colours, 3 a palette, 4 and 6 transparency of each pixel. */
  readonly colourType: number
}

/** Depths that a type of colour may have, and how many samples a pixel has (PNG, table 8). */
const colourTypes: Readonly<Record<number, { samples: number; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
}

export const headerWidths = [4, 4, 1, 1, 1, 1, 1] as const

/** IHDR (PNG, 11.2.1); absent: it says what the specification does not have. */
export function parsePngHeader(bytes: Buffer): PngHeader | undefined {
  if (bytes.length !== 13) return undefined
  const [width, height] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)]
  const [depth = 0, colourType = 0, compression, filter, interlace = 0] = bytes.subarray(8)
  const colour = colourTypes[colourType]
  if (width === 0 || height === 0 || !colour?.depths.includes(depth)) return undefined
  if (compression !== 0 || filter !== 0 || interlace > 1) return undefined
  return { width, height, pixelBits: depth * colour.samples, isInterlaced: interlace === 1, colourType }
}

/** Of Adam7, where each pass begins and how far its pixels are apart (PNG, 8.1). */
const passes = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
]
const onePass = [{ x: 0, y: 0, dx: 1, dy: 1 }]

/** How many bytes its rows have, each with its type of filter before it; a pass without a pixel has none (PNG, 7.2 and 9.1). */
export function samplesLength({ width, height, pixelBits, isInterlaced }: PngHeader): number {
  let length = 0
  for (const { x, y, dx, dy } of isInterlaced ? passes : onePass) {
    const [columns, rows] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)]
    if (columns > 0 && rows > 0) length += rows * (1 + Math.ceil((columns * pixelBits) / 8))
  }
  return length
}

import type { PngHeader } from './png-header.ts'

const four = (count: number): number[] => Array.from({ length: count }, () => 4)

/**
 * Chunks of numbers alone, by how many bytes each has: those of the specification (PNG, 11.3), of its extensions, and of what ImageMagick (`caNv`, `orNT`, `vpAg`) and macOS
 * (`iDOT`) write.
 */
export const numberWidths: Readonly<Record<string, readonly number[]>> = {
  gAMA: [4],
  cHRM: four(8),
  sRGB: [1],
  cICP: [1, 1, 1, 1],
  mDCV: [2, 2, 2, 2, 2, 2, 2, 2, 4, 4],
  cLLI: [4, 4],
  pHYs: [4, 4, 1],
  tIME: [2, 1, 1, 1, 1, 1],
  acTL: [4, 4],
  fcTL: [...four(5), 2, 2, 1, 1],
  oFFs: [4, 4, 1],
  sTER: [1],
  gIFg: [1, 1, 2],
  caNv: four(4),
  orNT: [1],
  vpAg: [4, 4, 1],
  iDOT: four(7),
}

const mostColours = 256

/** How many bytes a chunk of colours may have (PNG, 11.2.2, 11.3.1.1, 11.3.2.4, 11.3.4.1 and 11.3.4.2). */
const colours: Readonly<Record<string, (length: number, header: PngHeader) => boolean>> = {
  PLTE: (length) => length > 0 && length % 3 === 0 && length <= 3 * mostColours,
  tRNS: (length, { colourType }) => (colourType === 3 ? length <= mostColours : length === (colourType === 0 ? 2 : 6)),
  bKGD: (length) => length === 1 || length === 2 || length === 6,
  sBIT: (length) => length >= 1 && length <= 4,
  hIST: (length) => length % 2 === 0 && length <= 2 * mostColours,
}

export const isColours = (type: string): boolean => Object.hasOwn(colours, type)
export const coloursFit = (type: string, length: number, header: PngHeader): boolean => colours[type]!(length, header)

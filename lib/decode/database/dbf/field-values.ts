import { pointed } from '../../columnar/decimal-text.ts'
import { doubleText } from '../number-text.ts'

/** Writes a value as text; `lossy`: that it may have lost digits. */
export type Printer = (bytes: Buffer, lossy: () => void) => string

/** Types that are written as text: characters, numbers, dates, whether something is so, and numbers of blocks of a memo file. */
const asText = new Set('CNFDL')
const blocks = new Set('MGBP')

/**
 * How the values of a type become text: as they are, by a function, or absent where they are not read. `isVisual`: a table of Visual FoxPro, where numbers of blocks, doubles, times and
 * amounts of money are binary.
 */
export function printerOf(type: string, length: number, isVisual: boolean): 'text' | Printer | undefined {
  if (asText.has(type) || (blocks.has(type) && length === 10)) return 'text'
  if (!isVisual) return undefined
  if (type === 'I' && length === 4) return (bytes) => String(bytes.readInt32LE())
  if (blocks.has(type) && length === 4) return (bytes) => String(bytes.readUInt32LE())
  if (type === 'Y' && length === 8) return (bytes) => pointed(bytes.readBigInt64LE(), 4)
  if (type === 'B' && length === 8)
    return (bytes, lossy) => {
      const { text, isLossy } = doubleText(bytes.readDoubleLE())
      if (isLossy) lossy()
      return text
    }
  // A day and milliseconds of it.
  if (type === 'T' && length === 8) return (bytes) => `${bytes.readUInt32LE()} ${bytes.readUInt32LE(4)}`
  // Which values are null.
  if (type === '0') return () => ''
  return undefined
}

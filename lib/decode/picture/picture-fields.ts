import { headLength } from '../checks/known-formats.ts'
import { type RowWriter, textWriter } from '../database/row-writer.ts'
import { addGap, type Decoding } from '../decoding.ts'
import { once, readRaw } from '../raw-content.ts'
import { textsBetweenZeros } from './metadata.ts'

/**
 * What a picture says about itself in fields: `[...path, 'metadata']` has a line for each piece of it, which begins with its name. What is a number there is also
 * pushed as the bytes that it is made of, and so are palettes: `[...path, 'numbers-1']` and so on, a line feed behind each piece, since these may be text as well.
 */
export type PictureFields = {
  /** A line of texts; none is a text of its own behind a zero byte. */
  texts(name: string, ...values: Uint8Array[]): Promise<void>
  /** A line of unsigned numbers, of as many bytes each. */
  numbers(name: string, bytes: Uint8Array, widths: readonly number[], order?: 'BE' | 'LE'): Promise<void>
  /** Bytes of numbers, of which nothing is said here: colours, and what is also read in another way. */
  colours(bytes: Uint8Array): Promise<void>
  /** Everything was written; a picture that is damaged has no end. */
  end(isComplete: boolean): Promise<void>
}

/** So many bytes of numbers are held. */
const mostHeld = 64 * 1024
const lineFeed = Buffer.from('\n')

export function pictureFields(path: readonly string[], decoding: Decoding): PictureFields {
  const rows = textWriter([...path, 'metadata'], decoding)
  let held: Uint8Array[] = []
  let heldBytes = 0
  let pushed = 0

  async function push(): Promise<void> {
    if (heldBytes === 0) return
    const bytes = Buffer.concat(held)
    held = []
    heldBytes = 0
    pushed += 1
    await readRaw(once(bytes), [...path, `numbers-${pushed}`], decoding, { kind: 'structure' })
  }

  async function colours(bytes: Uint8Array): Promise<void> {
    held.push(Buffer.from(bytes), lineFeed)
    heldBytes += bytes.length + 1
    if (heldBytes >= mostHeld) await push()
  }

  return {
    async texts(name, ...values) {
      rows.ascii(name)
      for (const value of values) {
        if (decoding.isContainer(value.subarray(0, headLength)))
          addGap(decoding, {
            reason: 'unsupported-format',
            path,
            offset: 0,
            detail: 'expected names that are of no format',
          })
        textCells(rows, value)
      }
      await rows.endRow()
    },
    async numbers(name, bytes, widths, order = 'BE') {
      const held = Buffer.from(bytes)
      let at = 0
      rows.ascii(name)
      for (const width of widths) {
        rows.ascii(String(order === 'BE' ? held.readUIntBE(at, width) : held.readUIntLE(at, width)))
        at += width
      }
      await rows.endRow()
      await colours(held)
    },
    colours,
    async end(isComplete) {
      await push()
      await rows.end(isComplete)
    },
  }
}

/** Writes a text as cells of a row: what stands between zero bytes, and nothing for these. */
export function textCells(rows: RowWriter, bytes: Uint8Array): void {
  for (const text of textsBetweenZeros(bytes)) rows.cell(text)
}

import type { Decoding } from '../../decoding.ts'
import { once, readRaw } from '../../raw-content.ts'
import { type Lines, lineOf, textContent } from '../text-content.ts'
import { valueLine } from './column-chunk.ts'
import { fileMetaData, statistics, visitContent } from './known-fields.ts'
import type { Layout } from './layout.ts'
import { bytesIn, structIn, structsIn } from './thrift.ts'

/**
 * Delivers what a footer holds besides sizes and places: names, comments and keys of metadata as lines of `[...path, 'footer']`, the smallest
 * and largest values of columns as lines of `[...path, 'statistics']`, Arrow's copy of the schema as its bytes.
 */
export async function readFooterContent(layout: Layout, path: readonly string[], decoding: Decoding): Promise<void> {
  const { footer, footerRest } = layout
  const texts = textContent([...path, 'footer'], decoding, 'text')
  await writeAll(texts, (push) => visitContent(footer, fileMetaData, (bytes) => push(lineOf(bytes))))
  await texts.end()

  const values = textContent([...path, 'statistics'], decoding, 'numbers')
  for (const group of structsIn(footer, 4) ?? [])
    for (const [column, chunk] of (structsIn(group, 1) ?? []).entries()) {
      const found = structIn(structIn(chunk, 3) ?? new Map(), 12)
      const leaf = layout.metadata.leaves[column]!
      if (found !== undefined)
        await writeAll(values, (push) =>
          visitContent(
            found,
            statistics,
            (bytes) => push(lineOf(bytes)),
            (bytes) => push(valueLine(bytes, leaf)),
          ),
        )
    }
  await values.end()

  const schema = structsIn(footer, 5)?.find((each) => textOf(bytesIn(each, 1)) === 'ARROW:schema')
  const arrow = Buffer.from(textOf(schema && bytesIn(schema, 2)), 'base64')
  if (arrow.length > 0) await readRaw(once(arrow), [...path, 'arrow-schema'], decoding, { kind: 'any' })
  if (footerRest.some((byte) => byte !== 0)) await readRaw(once(footerRest), [...path, 'footer-slack'], decoding)
}

async function writeAll(
  content: ReturnType<typeof textContent>,
  visit: (push: (lines: Lines) => void) => void,
): Promise<void> {
  const all: Lines[] = []
  visit((lines) => all.push(lines))
  for (const lines of all) await content.write(lines)
}

const textOf = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

import type { Decoding } from '../../decoding.ts'
import { once, readRaw } from '../../raw-content.ts'
import { type Lines, lineOf, type TextContent, textContent } from '../text-content.ts'
import { valueLine } from './column-chunk.ts'
import { fileMetaData, statistics, visitContent } from './known-fields.ts'
import type { Layout } from './layout.ts'
import { structIn, structsIn, type ThriftStruct, type ThriftValue } from './thrift.ts'

/**
 * Delivers what a footer holds besides sizes and places: names, comments and keys of metadata as lines of `[...path, 'footer']`, the smallest
 * and largest values of columns as lines of `[...path, 'statistics']`, Arrow's copy of the schema as its bytes, and what belongs to
 * keys and signatures as lines of `[...path, 'keys']`.
 */
export async function readFooterContent(layout: Layout, path: readonly string[], decoding: Decoding): Promise<void> {
  const { footer, footerRest, signature } = layout
  const ofKeys: Lines[] = signature.length > 0 ? [lineOf(signature)] : []
  const others: Lines[] = []
  const values: Lines[] = []
  const onText = (bytes: Uint8Array) => others.push(lineOf(bytes))
  visitContent(footer, fileMetaData, onText, onText, (bytes) => ofKeys.push(lineOf(bytes)))
  for (const group of structsIn(footer, 4) ?? [])
    for (const [column, chunk] of (structsIn(group, 1) ?? []).entries()) {
      const found = structIn(chunk, 3)?.get(12)
      const leaf = layout.metadata.leaves[column]!
      if (found instanceof Map) visitContent(found, statistics, onText, (bytes) => values.push(valueLine(bytes, leaf)))
    }
  await writeLines(others, textContent([...path, 'footer'], decoding, 'text'))
  await writeLines(ofKeys, textContent([...path, 'keys'], decoding, 'bytes'))
  await writeLines(values, textContent([...path, 'statistics'], decoding, 'numbers'))
  for (const [index, arrow] of schemasIn(footer).entries())
    await readRaw(once(arrow), [...path, index === 0 ? 'arrow-schema' : `arrow-schema-${index + 1}`], decoding, {
      kind: 'any',
    })
  if (footerRest.some((byte) => byte !== 0)) await readRaw(once(footerRest), [...path, 'footer-slack'], decoding)
}

async function writeLines(lines: readonly Lines[], content: TextContent): Promise<void> {
  for (const each of lines) await content.write(each)
  await content.end()
}

/** Arrow's copies of the schema, of which writers make one. */
function schemasIn(footer: ThriftStruct): Buffer[] {
  const entries = footer.get(5)
  if (!Array.isArray(entries)) return []
  return entries
    .filter((each) => each instanceof Map && textOf(each.get(1)) === 'ARROW:schema')
    .map((each) => Buffer.from(textOf((each as ThriftStruct).get(2)), 'base64'))
    .filter(({ length }) => length > 0)
}

const textOf = (value: ThriftValue | undefined) =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1') : ''

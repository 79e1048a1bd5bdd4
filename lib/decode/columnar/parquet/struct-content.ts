import type { Decoding } from '../../decoding.ts'
import { type Lines, lineOf, textContent } from '../text-content.ts'
import { valueLine } from './column-chunk.ts'
import { type Fields, visitContent } from './known-fields.ts'
import type { Leaf } from './schema.ts'
import type { ThriftStruct } from './thrift.ts'

/** What a struct about one column holds besides sizes and places: values are lines of `path`, all else is lines of `[...path, 'fields']`. */
export async function writeStruct(
  struct: ThriftStruct,
  fields: Fields,
  leaf: Leaf,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const values: Lines[] = []
  const others: Lines[] = []
  // What becomes of lines may come after other bytes are where these are.
  visitContent(
    struct,
    fields,
    (bytes) => others.push(lineOf(Buffer.from(bytes))),
    (bytes) => values.push(valueLine(Buffer.from(bytes), leaf)),
  )
  const content = textContent(path, decoding, 'numbers')
  for (const lines of values) await content.write(lines)
  await content.end()
  const rest = textContent([...path, 'fields'], decoding, 'text')
  for (const lines of others) await rest.write(lines)
  await rest.end()
}

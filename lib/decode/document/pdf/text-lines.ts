import { byteSource } from '../../byte-source.ts'
import { countMember, countProduced, type Decoding } from '../../decoding.ts'
import { readRaw } from '../../raw-content.ts'

const enough = 64 * 1024

/** Pushes texts as the lines of a content, the pieces of each apart by tabs; without any there is no content. Nothing is said of what hides in them. */
export async function pushLines(
  path: readonly string[],
  lines: Iterable<readonly string[]>,
  decoding: Decoding,
): Promise<void> {
  const source = byteSource(written(path, lines, decoding))
  if ((await source.peek(1)).length === 0) return
  countMember(decoding, path)
  await readRaw(source, path, decoding, { kind: 'structure' })
}

async function* written(
  path: readonly string[],
  lines: Iterable<readonly string[]>,
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  let text = ''
  let offset = 0
  function bytes(): Buffer {
    const bytes = Buffer.from(text)
    countProduced(decoding, bytes.length, path, offset)
    offset += bytes.length
    text = ''
    return bytes
  }
  for (const pieces of lines) {
    text += `${pieces.join('\t')}\n`
    if (text.length >= enough) yield bytes()
  }
  if (text !== '') yield bytes()
}

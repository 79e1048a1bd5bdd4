import { encodedCheck } from '../../checks/encoded-check.ts'
import { textWriter } from '../../database/row-writer.ts'
import { addGap, type Decoding } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { reportHidden, tapped } from '../tapped.ts'
import { rtfReader } from './rtf-reader.ts'

const start = Buffer.from('{\\rtf')

/**
 * RTF. All of it is delivered as the text that it is; on top of that comes `text`: what its paragraphs say, a line for each, without the words that
 * say how it looks and mostly stand within a word, with and without changes that are tracked. Pictures are a gap, as they are elsewhere.
 */
export const rtf: Format = {
  name: 'rtf',
  kind: 'archive',
  isFormat: beginsLikeRtf,
  read: readRtf,
}

/** Behind a mark of UTF-8 and white space, too. */
function beginsLikeRtf(head: Uint8Array): boolean {
  let at = head[0] === 0xef ? 3 : 0
  while (head[at]! <= 0x20) at++
  return head[at] === start[0] && start.every((byte, index) => head[at + index] === byte)
}

async function readRtf({ source, path }: Content, decoding: Decoding): Promise<void> {
  const hidden = encodedCheck()
  const raw = tapped(source, path, decoding, hidden)
  const out = textWriter([...path, 'text'], decoding)
  const reported = new Set<string>()
  let texts: Buffer[] = []
  const reader = rtfReader({
    text(text) {
      texts.push(text)
    },
    limit(detail) {
      if (!reported.has(detail))
        addGap(decoding, { reason: 'limit', path, offset: 0, detail: `rtf: expected ${detail}` })
      reported.add(detail)
    },
  })
  let isComplete = false
  async function write(): Promise<void> {
    for (const text of texts) {
      out.cell(text)
      await out.endRow()
    }
    texts = []
  }
  try {
    for (let chunk = await raw.take(); chunk !== undefined; chunk = await raw.take()) {
      reader.write(chunk)
      await write()
    }
    reader.end()
    await write()
    isComplete = true
  } finally {
    reportHidden(hidden, isComplete, path, decoding)
    await out.end(isComplete)
    await raw.end(isComplete)
  }
}

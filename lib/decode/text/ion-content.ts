import { encodedCheck } from '../checks/encoded-check.ts'
import { headLength } from '../checks/known-formats.ts'
import { type TextContent, textContent } from '../columnar/text-content.ts'
import type { Decoding } from '../decoding.ts'
import { reportHidden, tapped } from '../document/tapped.ts'
import type { Content, Format } from '../format.ts'
import { latin1 } from '../latin-1.ts'
import { once, readRaw } from '../raw-content.ts'
import { createDecimals } from './ion-decimals.ts'

/**
 * Amazon Ion as text, which begins with its version (Ion specification, "Text encoding"), as DynamoDB exports tables to S3: numbers are decimals there whose zeros at the end
 * are left out (`PageCount:6d2`). The first version is delivered as `head`, all else as `text`, and such numbers with all their digits, a line each, as `numbers`.
 */
export const ion: Format = {
  name: 'ion',
  kind: 'table',
  isFormat: (head) => {
    if (!firsts.has(head[0] ?? 0)) return false
    const text = latin1(head)
    return version.test(text)
  },
  read: readIon,
}

const version = /^(?:\xef\xbb\xbf)?\s*\$ion_1_[01](?![\w$]) ?/
const firsts = new Set(Buffer.from('$\xef \t\r\n', 'latin1'))

async function readIon({ source, path }: Content, decoding: Decoding): Promise<void> {
  const begin = Buffer.from((await source.peekSome(headLength)).subarray(0, headLength))
  const head = begin.subarray(0, version.exec(begin.toString('latin1'))?.[0].length ?? 0)
  source.skip(head.length)
  await readRaw(once(head), [...path, 'head'], decoding)
  const text = [...path, 'text']
  const hidden = encodedCheck()
  const raw = tapped(source, text, decoding, hidden)
  const numbers = textContent([...path, 'numbers'], decoding, 'numbers')
  let isComplete = false
  try {
    await readNumbers(raw.take, numbers)
    isComplete = true
  } finally {
    reportHidden(hidden, isComplete, text, decoding)
    await (isComplete ? numbers.end() : numbers.abandon())
    await raw.end(isComplete)
  }
}

async function readNumbers(take: () => Promise<Uint8Array | undefined>, numbers: TextContent): Promise<void> {
  const decimals = createDecimals()
  for (;;) {
    const chunk = await take()
    const found = chunk === undefined ? decimals.end() : decimals.write(chunk)
    if (found.length > 0) await numbers.deliver(Buffer.from(found.map((digits) => `${digits}\n`).join('')))
    if (chunk === undefined) return
  }
}

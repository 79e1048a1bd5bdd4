import type { ByteSource } from '../byte-source.ts'
import { headLength } from '../checks/known-formats.ts'
import { countProduced, type Decoding } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { latin1 } from '../latin-1.ts'
import { once, readRaw } from '../raw-content.ts'

const at = 0x40

/**
 * Files of RCS and CVS (rcsfile(5)) and checkpoints and journals of Perforce, which put texts between `@` and write one in them twice. Delivered
 * with every two of them as one, the first line as `head` and all else as `text`: no identifier but an address has any.
 */
export const doubledAt: Format = {
  name: 'doubled-at',
  kind: 'table',
  isFormat: (head) => {
    if (!firsts.has(head[0] ?? 0)) return false
    const text = latin1(head)
    return (
      /^\s*head[ \t]+[\d.]*[ \t]*;\s*(?:branch\s+[\d.]*\s*;\s*)?(?:access|symbols|locks|strict|comment|expand)\b/.test(
        text,
      ) || /^\s*@[a-z]{2}@ \d+ [@\d]/.test(text)
    )
  },
  read: readDoubledAt,
}

const firsts = new Set(Buffer.from('h@ \t\r\n'))

async function readDoubledAt({ source, path }: Content, decoding: Decoding): Promise<void> {
  const chunk = await source.peekSome(headLength)
  const end = chunk.subarray(0, headLength).indexOf(lineFeed) + 1
  if (end > 0) {
    const head = Buffer.from(chunk).toString('latin1', 0, end).replaceAll('@@', '@')
    source.skip(end)
    await readRaw(once(Buffer.from(head, 'latin1')), [...path, 'head'], decoding)
  }
  const text = [...path, 'text']
  await readRaw({ take: singled(source, text, decoding) }, text, decoding)
}

const lineFeed = 0x0a

function singled(source: ByteSource, path: readonly string[], decoding: Decoding) {
  let produced = 0
  /** The last byte was the first of two. */
  let isOpen = false
  return async function take(): Promise<Uint8Array | undefined> {
    const chunk = await source.take()
    if (chunk === undefined) return undefined
    const text = Buffer.allocUnsafe(chunk.length)
    let length = 0
    for (const byte of chunk) {
      isOpen = byte === at && !isOpen
      if (byte !== at || isOpen) text[length++] = byte
    }
    countProduced(decoding, length, path, produced)
    produced += length
    return text.subarray(0, length)
  }
}

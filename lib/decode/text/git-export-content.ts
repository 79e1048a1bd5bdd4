import type { ByteSource } from '../byte-source.ts'
import { headLength } from '../checks/known-formats.ts'
import { countProduced, type Decoding } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { takeBytes } from '../next-bytes.ts'
import { once, readRaw } from '../raw-content.ts'

const lineFeed = 0x0a
const beginning = /^(?:feature [^\n]*\n)*(?:blob\n(?:mark|original-oid|data) |(?:reset|commit) refs\/[^\n]*\n)/
const dataLine = /^data (\d{1,15})$/
const longestLine = 'data 123456789012345'.length

/**
 * What `git fast-export` writes, and others for it. A message has its length in front and, as many that were made on servers, no line end: the next command stands right behind its last word
 * (`by bobM 100644 …`). Delivered with a line end there, the first line as `head` and all else as `text`.
 */
export const gitExport: Format = {
  name: 'git-export',
  kind: 'table',
  isFormat: (head) =>
    firsts.has(head[0] ?? 0) &&
    beginning.test(Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1')),
  async read({ source, path }: Content, decoding) {
    const end = (await source.peekSome(headLength)).indexOf(lineFeed) + 1
    const head = await takeBytes(source, end)
    if (head !== undefined) await readRaw(once(head), [...path, 'head'], decoding)
    const text = [...path, 'text']
    await readRaw({ take: ended(source, text, decoding) }, text, decoding)
  },
}

const firsts = new Set(Buffer.from('fbrc'))

function ended(source: ByteSource, path: readonly string[], decoding: Decoding) {
  let produced = 0
  /** The line so far, unless it is longer than one that tells a length; bytes of data that are left, and whether these ended without a line end. */
  let line = ''
  let left = 0
  let isUnended = false

  return async function take(): Promise<Uint8Array | undefined> {
    const chunk = await source.take()
    if (chunk === undefined) return undefined
    const text = Buffer.allocUnsafe(2 * chunk.length)
    let length = 0
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const taken = Math.min(left, chunk.length - at)
        text.set(chunk.subarray(at, at + taken), length)
        length += taken
        at += taken
        left -= taken
        isUnended = left === 0 && chunk[at - 1] !== lineFeed
        continue
      }
      const byte = chunk[at++]!
      if (isUnended && byte !== lineFeed) text[length++] = lineFeed
      isUnended = false
      text[length++] = byte
      if (byte === lineFeed) {
        left = Number(dataLine.exec(line)?.[1] ?? 0)
        line = ''
      } else if (line.length <= longestLine) line += String.fromCharCode(byte)
    }
    countProduced(decoding, length, path, produced)
    produced += length
    return text.subarray(0, length)
  }
}

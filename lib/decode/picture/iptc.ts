import { isZeros } from '../zeros.ts'
import type { Metadata } from './metadata.ts'

const tagMark = 0x1c
/** Data sets that are numbers of two bytes: versions, formats of files. */
const numbers = new Set(['1:0', '1:20', '1:22', '2:0', '2:200', '2:201'])
/** A picture or sound within it (ObjectData Preview Data). */
const preview = '2:202'
/** ESC % G of ISO 2022: texts are UTF-8. */
const utf8 = Buffer.from('\x1b%G')

/**
 * Reads records of IPTC-IIM 4.2, each data set as a line. Texts are in what record 1 names, in which ASCII stands for itself wherever it is used; what is not text in them is a
 * gap of the content that they are in. From record 3 on they are about other kinds of data, or the data itself.
 */
export async function readIptc(bytes: Uint8Array, metadata: Metadata): Promise<void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  while (at + 5 <= bytes.length && bytes[at] === tagMark) {
    const [record, dataset] = [bytes[at + 1]!, bytes[at + 2]!]
    let length = view.getUint16(at + 3)
    at += 5
    if (length >= 0x8000) {
      // The length of the length (1.6.2).
      const size = length & 0x7fff
      if (size > 4 || at + size > bytes.length) break
      length = 0
      for (let index = 0; index < size; index++) length = length * 256 + bytes[at++]!
    }
    if (at + length > bytes.length) return metadata.gap('corrupt', 'expected data sets of IPTC within it')
    const value = bytes.subarray(at, at + length)
    at += length
    const name = `${record}:${dataset}`
    if (numbers.has(name) && length === 2) await metadata.numbers([(value[0]! << 8) | value[1]!])
    else if (name === preview) await metadata.content('preview', value)
    else if (record > 2) metadata.gap('unsupported-format', 'expected records of IPTC that are read')
    else if (name !== '1:90' || !utf8.equals(value)) await metadata.text(value)
  }
  if (!isZeros(bytes.subarray(at))) metadata.gap('corrupt', 'expected data sets of IPTC')
}

/** Encodings that are text, but put lengths or types right beside the texts in them, so that no identifier stands alone there. */

const pickle = /^\(*(?:[dl]p[01]\n|[VS][^\n]*\np[01]\n|[ci][\w.]+\n\w+\np[01]\n)/

/** Of Python, protocol 0 (`Vbob@example.org`, `p0`), as far as its first value fits into the head. */
export function isPickle(head: Uint8Array): boolean {
  const first = head[0]
  if (first === undefined || !pickleFirst.has(first) || !head.includes(lineFeed)) return false
  return pickle.test(Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1'))
}

const pickleFirst = new Set(Buffer.from('(VSci'))

/** Of BitTorrent (BEP 3): a list or dictionary of texts (`3:bob`) and numbers, at least two of them. */
export function isBencode(head: Uint8Array): boolean {
  if ((head[0] !== letterD && head[0] !== letterL) || !isDigit(head[1])) return false
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1')
  const token = /[dle]|i-?\d{1,20}e|(\d{1,9}):/y
  let texts = 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const [, length] = token.exec(text) ?? []
    // The last one may be cut.
    if (token.lastIndex === 0) return texts > 1 && text.length - at < 10 && /^(?:\d+|i-?\d*)$/.test(text.slice(at))
    if (length === undefined) continue
    texts++
    token.lastIndex += Number(length)
  }
  return texts > 1
}

const lineFeed = 0x0a
const letterD = 0x64
const letterL = 0x6c
const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39

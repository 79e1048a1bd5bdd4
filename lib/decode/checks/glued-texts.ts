import { latin1 } from '../latin-1.ts'

/** Encodings that are text, but put lengths or types right beside the texts in them, so that no identifier stands alone there. */

/** What a pickle of protocol 0 is made of: of what has arguments each ends a line (`pickletools`). */
const line =
  /V[^\n]*\n|S(?:'[^\n]*'|"[^\n]*")\n|P[^\n]+\n|I-?\d+\n|L-?\d+L?\n|F[-+.\deinfa]+\n|[gp]\d+\n|[ci][\w.]+\n[\w.<>]+\n/y
const pickleSign = /[(.012NRabdelostu)\]}]/y
/** One of these that the head cuts. */
const cutLine = /^(?:[VSPILFgp][^\n]*|[ci][\w.]+(?:\n[\w.<>]*)?)$/

/** Of Python, protocol 0 (`Vbob@example.org`, `p0`), as far as it fits into the head: `isCut` if it may go on behind it. */
export function isPickle(head: Uint8Array, isCut: boolean): boolean {
  const first = head[0]
  if (first === undefined || !pickleFirst.has(first) || !head.includes(lineFeed)) return false
  const text = latin1(head)
  let lines = 0
  let isRemembered = false
  for (let at = 0; at < text.length; ) {
    line.lastIndex = pickleSign.lastIndex = at
    if (line.test(text)) {
      lines++
      isRemembered ||= text[at] === 'p'
    } else if (!pickleSign.test(text)) {
      if (!isCut || !cutLine.test(text.slice(at))) return false
      break
    }
    at = Math.max(line.lastIndex, pickleSign.lastIndex)
  }
  if (isRemembered) return true
  // Without what remembers values, as `pickletools.optimize` leaves it out: to the end, or so far as nothing else looks.
  return isCut ? first === mark && lines > 1 : lines > 0 && text.endsWith('.')
}

const mark = 0x28
const pickleFirst = new Set(Buffer.from('(VSPILFNci]})'))

/** Of BitTorrent (BEP 3): a list or dictionary of texts (`3:bob`) and numbers, at least two of them. */
export function isBencode(head: Uint8Array): boolean {
  if ((head[0] !== letterD && head[0] !== letterL) || !isDigit(head[1])) return false
  const text = latin1(head)
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

/**
 * Syslog in which messages have their lengths before them instead of line ends between (RFC 6587, 3.4.1): each is glued to the last word of the one before.
 * `isCut`: what goes on behind the head is not seen.
 */
export function isOctetCounted(head: Uint8Array, isCut: boolean): boolean {
  if (!isDigit(head[0])) return false
  const text = latin1(head)
  const [, length] = /^([1-9]\d{0,5}) <\d{1,3}>/.exec(text) ?? []
  if (length === undefined) return false
  const end = length.length + 1 + Number(length)
  return end < head.length ? isDigit(head[end]) && head[end - 1] !== lineFeed : isCut
}

/** Lines of uuencode without a first line that names a file, as `pack("u")` of Perl, PHP and Ruby makes them: 45 bytes each but for the last. */
export function isBareUuencode(head: Uint8Array): boolean {
  if (head[0] !== fullLine) return false
  const [first = '', ...others] = Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('latin1')
    .split(/\r?\n/)
  // The last line may be cut.
  return isUuencodedLine(first) && others.slice(0, -1).every((each) => each === '' || isUuencodedLine(each))
}

const fullLine = 0x4d

function isUuencodedLine(text: string): boolean {
  const bytes = (text.charCodeAt(0) - 0x20) & 0x3f
  return text.length === 1 + Math.ceil(bytes / 3) * 4 && /^[ -`]*$/.test(text)
}

const lineFeed = 0x0a
const letterD = 0x64
const letterL = 0x6c
const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39

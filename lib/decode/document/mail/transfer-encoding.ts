/** Undoes a transfer encoding line by line. `end` gives what is left; `isDamaged`: something in it could not be read. */
export type TransferDecoder = {
  /** Whether a line is decoded; another one is left out. */
  reads(line: Buffer): boolean
  write(line: Buffer, goesOn: boolean): Buffer
  end(): Buffer
  readonly isDamaged: boolean
}

const none = Buffer.alloc(0)
const gathered = 48 * 1024

/**
 * Base64 (RFC 2045, 6.8). Lines of other characters are left out: behind padding they are what a list appended, before it they are
 * damage.
 */
export function base64Decoder(): TransferDecoder {
  let waiting = ''
  let isPadded = false
  let isDamaged = false

  function decode(upTo: number): Buffer {
    const text = waiting.slice(0, upTo)
    waiting = waiting.slice(upTo)
    return Buffer.from(text, 'base64')
  }

  return {
    reads: (line) => isBase64(line.toString('latin1').trim()),
    write(line) {
      const text = line.toString('latin1').trim()
      if (text === '') return none
      if (!isBase64(text)) {
        isDamaged ||= !isPadded
        return none
      }
      waiting += text
      isPadded = text.endsWith('=')
      // Each padded part is one of its own.
      if (isPadded) return decode(waiting.length)
      return waiting.length >= gathered ? decode(waiting.length - (waiting.length % 4)) : none
    },
    end() {
      isDamaged ||= waiting.length % 4 === 1
      return decode(waiting.length)
    },
    get isDamaged() {
      return isDamaged
    },
  }
}

const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/]*={0,2}$/.test(text)

const equals = 0x3d

/** Quoted-printable (RFC 2045, 6.7). What is no escape stays as it is. */
export function quotedPrintableDecoder(): TransferDecoder {
  let isFirst = true
  let isJoined = true
  return {
    reads: () => true,
    write(line, goesOn) {
      let end = line.length
      while (!goesOn && end > 0 && (line[end - 1] === 0x20 || line[end - 1] === 0x09)) end--
      const isSoft = end > 0 && line[end - 1] === equals
      const text = line.subarray(0, isSoft ? end - 1 : end)
      const before = isFirst || isJoined ? 0 : 1
      isFirst = false
      isJoined = isSoft || goesOn
      const decoded = Buffer.allocUnsafe(before + text.length)
      decoded.set(lineEnd.subarray(0, before))
      return decoded.subarray(0, before + unescapeInto(decoded.subarray(before), text))
    },
    end: () => (isJoined ? none : Buffer.from('\n')),
    isDamaged: false,
  }
}

/** Puts a text without its escapes into `decoded`, which has room for all of it, and answers how long it is. */
function unescapeInto(decoded: Buffer, text: Buffer): number {
  let filled = 0
  let from = 0
  for (let at = text.indexOf(equals); at !== -1; at = text.indexOf(equals, at + 1)) {
    const [high, low] = [hexDigit(text[at + 1]), hexDigit(text[at + 2])]
    if (high === -1 || low === -1) continue
    filled += text.copy(decoded, filled, from, at)
    decoded[filled++] = high * 16 + low
    from = at + 3
    at += 2
  }
  return filled + text.copy(decoded, filled, from)
}

/** The value of a digit's character, or -1. */
function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Lines that are not encoded, as they are. */
export function plainDecoder(): TransferDecoder {
  return {
    reads: () => true,
    write: (line, goesOn) => (goesOn ? Buffer.from(line) : Buffer.concat([line, lineEnd])),
    end: () => none,
    isDamaged: false,
  }
}

const lineEnd = Buffer.from('\n')

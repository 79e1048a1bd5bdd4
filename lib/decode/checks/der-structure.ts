/** A value of so many bytes may hide as much as a long run of base64 does: of numbers and texts (keys, signatures, names), and of others, as what is encrypted is. */
const longValue = 1536
const longOther = 600
/** Characters that may stand behind the last value, in the same run: `-----END` is of its alphabet. */
const mostBehind = 48

const octetString = 0x04
const objectIdentifier = 0x06
/** INTEGER, BIT STRING, and texts. */
const plain = new Set([0x02, 0x03, 0x0c, 0x13, 0x14, 0x16, 0x1a, 0x1c, 0x1e])
/** Object identifiers of what is encrypted or compressed begin so (PKCS #5, #7, #9 and #12), but for the ones of plain and signed data. */
const hiding = /^2a864886f70d01(?:05|07(?!0[12]$)|091001|0c)/
const isConstructed = (tag: number) => tag === 0x30 || tag === 0x31 || (tag & 0xe0) === 0xa0

/**
 * Follows base64 that may be one value of DER (X.690, section 8 and 10), as certificates, keys and requests are, in which no value without others in it is
 * long: such a code hides no more than as many tokens do. Longer octet strings have to be of such values themselves, as that of a private key (RFC 5958).
 */
export type DerStructure = {
  /** The next characters, each as what it stands for. */
  take(sextets: Iterable<number>): void
  /** Nothing contradicts it so far. */
  goesOn(): boolean
  /** All of it was there. */
  isWhole(): boolean
}

export function derStructure(): DerStructure {
  /** Where the values end that are open, outermost first. */
  const ends: number[] = []
  let at = 0
  let bits = 0
  let value = 0
  let tag: number | undefined
  let length = 0
  /** Bytes of a length that are to come; -1: its first one. */
  let lengthLeft = -1
  /** Bytes of a value that are to come. */
  let left = 0
  let identifier: string | undefined
  let behind = 0
  let isOver = false
  let isBroken = false

  function takeByte(byte: number): void {
    at++
    if (left > 0) {
      left--
      if (identifier !== undefined) identifier += byte.toString(16).padStart(2, '0')
      if (left === 0 && identifier !== undefined) {
        isBroken = hiding.test(identifier)
        identifier = undefined
      }
    } else if (tag === undefined) {
      tag = byte
      isBroken = (byte & 0x1f) === 0x1f
      return
    } else if (lengthLeft === -1) {
      isBroken = byte === 0x80 || byte > 0x83
      length = byte < 0x80 ? byte : 0
      lengthLeft = byte < 0x80 ? 0 : byte & 0x7f
      if (lengthLeft === 0) open(tag)
    } else {
      // The shortest that there is (section 10.1).
      isBroken = length === 0 && (byte === 0 || (lengthLeft === 1 && byte < 0x80))
      length = length * 256 + byte
      if (--lengthLeft === 0) open(tag)
    }
    while (tag === undefined && left === 0 && ends.at(-1) === at) ends.pop()
    isOver = tag === undefined && ends.length === 0
  }

  function open(of: number): void {
    const end = at + length
    const isLong = length >= (plain.has(of) ? longValue : longOther)
    const hasOthers = isConstructed(of) || (of === octetString && isLong)
    isBroken ||= end > (ends.at(-1) ?? Infinity) || (!hasOthers && isLong)
    if (hasOthers) ends.push(end)
    else left = length
    if (of === objectIdentifier && length > 0) identifier = ''
    tag = undefined
    lengthLeft = -1
  }

  return {
    take(sextets) {
      for (const sextet of sextets) {
        if (isBroken) return
        if (isOver && ++behind >= mostBehind) isBroken = true
        if (isOver) continue
        value = ((value << 6) | sextet) & 0xfff
        bits += 6
        if (bits < 8) continue
        bits -= 8
        takeByte((value >> bits) & 0xff)
      }
    },
    goesOn: () => !isBroken,
    isWhole: () => isOver && !isBroken,
  }
}

/** `openssh-key-v1`, a zero, and that neither a cipher nor a function for its key is used (PROTOCOL.key of OpenSSH). */
const opensshKey = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB'
/** As many as one of RSA with 8,192 bits has, and a long comment; `-----END` is of their alphabet. */
const mostOfKey = 8192
const mostBefore = 8

/** How many characters of a run are a private key of OpenSSH that is not encrypted, if it begins like one: its numbers are no longer than tokens, and its comment is searched as it is. */
export function charactersOfKey(window: Buffer): number {
  const at = window.subarray(0, opensshKey.length + mostBefore).indexOf(opensshKey)
  return at === -1 ? 0 : mostOfKey
}

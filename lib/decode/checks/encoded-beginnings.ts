import { gunzipSync, constants as zlib } from 'node:zlib'

/**
 * Whether bytes that begin like a format go on like it, as far as they are there: a table of a million random tokens has the few bytes that some formats
 * begin with.
 */
export type GoesOn = (bytes: Buffer) => boolean

/** Whether byte `index` is one of these, or not there. */
const isAt = (bytes: Buffer, index: number, test: (byte: number) => boolean) =>
  index >= bytes.length || test(bytes[index]!)

/** Systems that zlib knows, and none. */
const lastSystem = 19
const noSystem = 255

/** RFC 1952: three bits of the flags are zero, a system has a number, and what follows is deflated; a wrong checksum hides it all the same. */
export function isGzip(bytes: Buffer): boolean {
  if (!isAt(bytes, 3, (flags) => flags < 0x20)) return false
  if (!isAt(bytes, 9, (system) => system <= lastSystem || system === noSystem)) return false
  try {
    gunzipSync(bytes, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 2 ** 20 })
    return true
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ERR_BUFFER_TOO_LARGE' || /^incorrect/.test(message)
  }
}

const compressHeader = 3
const firstWidth = 9
const clearCode = 256

/** `compress` of Unix: codes of nine bits, from the lowest on, each a byte or one of the entries that those before it made. */
export function isCompress(bytes: Buffer): boolean {
  const codes = Math.min(256, Math.floor(((bytes.length - compressHeader) * 8) / firstWidth))
  for (let index = 0; index < codes; index++) {
    const bit = index * firstWidth
    const at = compressHeader + (bit >> 3)
    const code = ((bytes[at]! | (bytes[at + 1]! << 8)) >> (bit & 7)) & 0x1ff
    if (code === clearCode) return index > 0
    if (code > clearCode + index) return false
  }
  return true
}

/** What lz-string makes less bytes of holds nobody. */
const leastLzString = 16

/**
 * lz-string 1.5.0 (`_decompress`): codes from their lowest bit on, ever wider, each one of the entries so far or the next one; 0 and 1 are new characters of 8 and
 * 16 bits, 2 is the end.
 */
export function isLzString(bytes: Buffer): boolean {
  let bit = 0
  const left = () => bytes.length * 8 - bit
  const read = (width: number): number => {
    let value = 0
    for (let power = 0; power < width; power++, bit++) value |= ((bytes[bit >> 3]! >> (7 - (bit & 7))) & 1) << power
    return value
  }
  const skipCharacter = (code: number) => {
    bit += code === 0 ? 8 : 16
  }
  if (left() < 2) return true
  const first = read(2)
  if (first > 1) return false
  skipCharacter(first)
  let [entries, width, room] = [4, 3, 4]
  const addEntry = () => {
    entries++
    if (--room === 0) room = 2 ** width++
  }
  while (left() >= width) {
    const code = read(width)
    if (code === 2) return bit >= leastLzString * 8
    if (code < 2) {
      skipCharacter(code)
      addEntry()
    } else if (code > entries) return false
    addEntry()
  }
  return true
}

/** RFC 9580, 9.1: RSA, and ECDH. */
const rsa = new Set([1, 2, 3])
const ecdh = 18

/** A session key for the key of somebody (RFC 9580, 5.1.1), whose version is at `version`: an identifier of eight bytes, an algorithm, and a number of so many bits. */
export const isSessionKey =
  (version: number, numberBits: number): GoesOn =>
  (bytes) => {
    const isRsa = numberBits >= 1024
    const at = version + 9
    if (!isAt(bytes, at, (algorithm) => (isRsa ? rsa.has(algorithm) : algorithm === ecdh))) return false
    if (at + 2 >= bytes.length) return true
    const bits = bytes.readUInt16BE(at + 1)
    // What is a byte shorter makes another length of the packet.
    return bits > numberBits - 8 && bits <= numberBits
  }

/** A session key for a password (RFC 9580, 5.3.1), whose version 4 is at `version`: a cipher, the derivation of 11 bytes, which is 3, and its digest. */
export const isPasswordKey =
  (version: number): GoesOn =>
  (bytes) =>
    isAt(bytes, version + 1, (cipher) => cipher > 0 && cipher < 14) &&
    isAt(bytes, version + 2, (derivation) => derivation === 3) &&
    isAt(bytes, version + 3, (digest) => digest > 0 && digest < 15)

/** What AWS KMS takes of an encryption context. */
const longestContext = 8192

/** A message of the AWS Encryption SDK whose encryption context has its length at `at`: pairs of texts, or none; behind it a count of keys. What ends before holds nothing. */
export const isSdkMessage =
  (at: number): GoesOn =>
  (bytes) => {
    if (at + 6 > bytes.length) return false
    const [length, count, next] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2), bytes.readUInt16BE(at + 4)]
    if (length === 0) return count > 0 && count < 256 && next > 0 && next < 256
    return length <= longestContext && count > 0 && 4 * count + 2 <= length && next + 6 <= length
  }

/** Of a key of Google Cloud KMS (messages of protocol buffers): 36 bytes of its name, then a field with what it encrypted, of some length. A digest of 32 bytes is too short. */
export const isGoogleCiphertext: GoesOn = (bytes) => bytes[38] === 0x12

/** Types of what Marshal of Ruby writes down. */
const rubyTypes = Buffer.from('0TFi":;@I[{}flcmMSo/UueCd')
const isRubyType = (byte: number) => rubyTypes.includes(byte)
const isCapital = (byte: number) => byte >= 0x41 && byte <= 0x5a

/** Items follow a count; a class is a symbol, whose length is 5 less than its byte says, or in the byte behind 1. */
export const isRubyList: GoesOn = (bytes) => isAt(bytes, 4, isRubyType)
export const isRubyObject: GoesOn = (bytes) =>
  isAt(bytes, 4, (length) => length > 5 || length === 1) && isAt(bytes, bytes[4] === 1 ? 6 : 5, isCapital)

/** How many bytes each opcode of a pickle takes behind it (`pickletools` of Python): a number, as many as one in so many bytes says, which may be of what comes `later`, or lines. */
type Argument = number | { counted: number; later?: true } | { lines: number }
const argumentsOf = new Map<number, Argument>()
const take = (opcodes: string, argument: Argument) => {
  for (const opcode of Buffer.from(opcodes, 'latin1')) argumentsOf.set(opcode, argument)
}
take('(012NQRabdelost)]}u\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98', 0)
take('Khq\x80\x82', 1)
take('M\x83', 2)
take('Jjr\x84', 4)
take('G', 8)
take('\x95', { counted: 8, later: true })
take('CU\x8a\x8c', { counted: 1 })
take('BTX\x8b', { counted: 4 })
take('\x8d\x8e\x96', { counted: 8 })
take('FILPSVgp', { lines: 1 })
take('ci', { lines: 2 })

const stopOpcode = 0x2e
/** So many show that it is one. */
const mostOpcodes = 6
const longestArgument = 2 ** 28

/** Whether opcodes follow the one of the protocol. */
export function isPickle(bytes: Buffer): boolean {
  let at = 2
  for (let count = 0; count < mostOpcodes && at < bytes.length; count++) {
    const opcode = bytes[at++]!
    if (opcode === stopOpcode) return true
    const argument = argumentsOf.get(opcode)
    if (argument === undefined) return false
    const end = endOf(argument, bytes, at)
    if (end === -1) return false
    at = end
  }
  return true
}

/** Where an argument ends, which may be behind all bytes; -1: it is none. */
function endOf(argument: Argument, bytes: Buffer, from: number): number {
  if (typeof argument === 'number') return from + argument
  if ('counted' in argument) {
    const { counted, later } = argument
    if (from + counted > bytes.length) return bytes.length
    const length = bytes.readUIntLE(from, Math.min(counted, 6))
    if (length >= longestArgument) return -1
    return from + counted + (later ? 0 : length)
  }
  let at = from
  for (let line = 0; line < argument.lines; at++) {
    if (at >= bytes.length) return at
    if (bytes[at] === 0x0a) line++
    else if (bytes[at]! < 0x20 || bytes[at]! > 0x7e) return -1
  }
  return at
}

import { inflateSync, constants as zlib } from 'node:zlib'
import {
  isCompress,
  isGzip,
  isLz4,
  isLzip,
  isLzma,
  isLzString,
  isOldLz4,
  isZipEnd,
  isZipMember,
  isZstd,
} from './beginnings/compressed.ts'
import {
  isBase64,
  isDataProtection,
  isDefuse,
  isFernet,
  isGoogleCiphertext,
  isHalite,
  isPasswordKey,
  isSdkMessage,
  isSymmetricEncryption,
  sessionKeys,
} from './beginnings/encrypted.ts'
import type { GoesOn } from './beginnings/goes-on.ts'
import { isPickle } from './beginnings/pickle.ts'
import { isMarshal } from './beginnings/ruby.ts'
import { isAvro, isJavaStream, isParquet, isText } from './beginnings/serialized.ts'

/** A format that hides its content, by the bytes that it begins with, and what follows those where they are few. `onlyFirst`: too little is, so it has to begin with the run. */
type EncodedFormat = { name: string; encrypted: boolean; bytes: Buffer; goesOn: GoesOn; onlyFirst?: true }

const hiding = (name: string, ...texts: string[]): EncodedFormat[] =>
  texts.map((text) => ({ name, encrypted: false, bytes: Buffer.from(text, 'latin1'), goesOn: () => true }))
const encrypted = (name: string, ...texts: string[]): EncodedFormat[] =>
  hiding(name, ...texts).map((format) => ({ ...format, encrypted: true }))
const goingOn = (goesOn: GoesOn, formats: readonly EncodedFormat[]): EncodedFormat[] =>
  formats.map((format) => ({ ...format, goesOn }))
const onlyFirst = (formats: readonly EncodedFormat[]): EncodedFormat[] =>
  formats.map((format) => ({ ...format, onlyFirst: true }))

/** Characters that a text in JSON begins with, and one with its bits from the lowest to the highest. */
const printable = Array.from({ length: 94 }, (_, index) => 0x21 + index)
function backwards(character: number): string {
  const bits = character.toString(2).padStart(8, '0')
  return String.fromCharCode(Number.parseInt([...bits].reverse().join(''), 2))
}

/** Powers of two, in four bytes. */
const dictionaries = Array.from({ length: 11 }, (_, at) => {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(2 ** (16 + at))
  return size.toString('latin1')
})

/** How many members an object of Ruby has, as Marshal writes numbers from 1 on. */
const counts = Array.from({ length: 64 }, (_, index) => String.fromCharCode(6 + index))
/** How pickles of protocol 2 and 3 go on: containers and a tuple's first item, or a class by its module. */
const begun = ['}q', ']q', '}(', '(K', '(M', '(J', '(X', '(U', '(c', '(}', '(]', '(\x8a'].concat(
  [...'abcdefghijklmnopqrstuvwxyz_'].map((letter) => `c${letter}`),
)

/**
 * What is kept in base64 or hexadecimal digits and cannot be searched there. At least three bytes each, since a random token
 * begins with two of them now and then.
 */
const formats: readonly EncodedFormat[] = [
  ...goingOn(isGzip, hiding('gzip', '\x1f\x8b\x08')),
  ...goingOn(isZstd, hiding('zstd', '\x28\xb5\x2f\xfd')),
  ...hiding('bzip2', ...[...'123456789'].map((level) => `BZh${level}1AY&SY`)),
  ...hiding('xz', '\xfd7zXZ\x00'),
  ...goingOn(isLzip, hiding('lzip', 'LZIP\x01')),
  ...hiding('lzop', '\x89LZO\x00\r\n\x1a\n'),
  // Properties that all writers have, and sizes of dictionaries from 64 KiB (the least of LZMA-JS) to 64 MiB.
  ...goingOn(isLzma, hiding('lzma', ...dictionaries.map((size) => `]${size}`))),
  ...goingOn(isCompress, hiding('compress', '\x1f\x9d\x90')),
  ...goingOn(isLz4, hiding('lz4', '\x04"M\x18')),
  ...goingOn(isOldLz4, hiding('lz4', '\x02!L\x18')),
  // What lz-string makes of an object, of texts, of an object in a list or in lines (`{"…`, `["…`, `[{"`, `{` and a line end): bits from the lowest on.
  ...goingOn(isLzString, [
    ...hiding('lz-string', ...printable.map((first) => `\x37\x82\x20${backwards(first)}`)),
    ...hiding('lz-string', ...printable.map((first) => `\x36\x82\x20${backwards(first)}`)),
    ...hiding('lz-string', '\x36\x86\xf0\x44', '\x37\x82\x80\x04'),
  ]),
  ...hiding('snappy', '\xff\x06\x00\x00sNaPpY', '\xff\x06\x00\x00S2sTwO', '\x82SNAPPY\x00'),
  ...hiding('7z', '7z\xbc\xaf\x27\x1c'),
  ...hiding('rar', 'Rar!\x1a\x07'),
  ...goingOn(isZipMember, hiding('zip', 'PK\x03\x04')),
  ...goingOn(isZipEnd, hiding('zip', 'PK\x05\x06')),
  ...goingOn(isParquet, hiding('Parquet', 'PAR1')),
  ...goingOn(isAvro, hiding('Avro', 'Obj\x01')),
  ...hiding('Arrow', 'ARROW1\x00\x00'),
  ...hiding('SQLite', 'SQLite format 3\x00'),
  ...hiding('PDF', '%PDF-1.', '%PDF-2.'),
  // A bundle in a patch by mail: a first line as text, then bzip2.
  ...hiding('bundle of Bazaar', '# Bazaar revision bundle v4'),
  // Numbers and UUIDs are in binary there. A text of such an object is found all the same (`told-lengths.ts`).
  ...goingOn(isJavaStream, hiding('Java objects', '\xac\xed\x00\x05')),
  ...hiding('objects of .NET', '\x00\x01\x00\x00\x00\xff\xff\xff\xff'),
  ...goingOn(isMarshal, [
    ...hiding('Ruby Marshal', '\x04\x08o:', '\x04\x08U:', '\x04\x08S:'),
    ...counts.flatMap((count) => hiding('Ruby Marshal', `\x04\x08{${count}`, `\x04\x08[${count}`)),
  ]),
  ...goingOn(isPickle, [
    ...['\x80\x02', '\x80\x03'].flatMap((start) => hiding('Python pickle', ...begun.map((next) => start + next))),
    ...hiding('Python pickle', '\x80\x04\x95', '\x80\x05\x95'),
  ]),
  ...hiding('OLE2', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
  // In base64 once more, as in secrets of Kubernetes: a release of Helm is gzip in two of them.
  ...goingOn(isBase64, [
    ...hiding('gzip in base64', 'H4sIA', 'H4sIC'),
    ...hiding('zstd in base64', 'KLUv/'),
    ...hiding('bzip2 in base64', 'QlpoO'),
    ...hiding('xz in base64', '/Td6WFo'),
    ...hiding('zip in base64', 'UEsDB'),
    ...hiding('PDF in base64', 'JVBERi0x', 'JVBERi0y'),
    ...encrypted('OpenSSL enc in base64', 'U2FsdGVkX1'),
  ]),
  ...encrypted('OpenSSL enc', 'Salted__'),
  ...encrypted('age', 'age-encryption.org/v1'),
  ...sessionKeys.flatMap(({ beginning, goesOn }) => goingOn(goesOn, encrypted('PGP', beginning))),
  ...encrypted('PGP', '\xc1\x5d\x06\x21\x06'),
  // A key for a password (5.3).
  ...goingOn(isPasswordKey(2), encrypted('PGP', '\x8c\x0d\x04', '\xc3\x0d\x04')),
  ...encrypted('AWS KMS ciphertext', '\x01\x02\x02\x00\x78', '\x01\x02\x03\x00\x78'),
  ...goingOn(isSdkMessage(20), encrypted('AWS Encryption SDK message', '\x01\x80\x03\x78', '\x01\x80\x01\x78')),
  ...goingOn(isSdkMessage(35), encrypted('AWS Encryption SDK message', '\x02\x05\x78', '\x02\x04\x78')),
  ...goingOn(isFernet, encrypted('Fernet', '\x80\x00\x00\x00\x00')),
  // What libraries of web frameworks put into columns: Illuminate of Laravel, Data Protection of ASP.NET Core, Defuse and Halite of PHP, symmetric-encryption of Ruby.
  ...encrypted('JSON that Laravel encrypts', '{"iv":"'),
  ...onlyFirst(goingOn(isDataProtection, encrypted('ASP.NET Core Data Protection', '\x09\xf0\xc9\xf0'))),
  ...onlyFirst(goingOn(isDefuse, encrypted('Defuse', '\xde\xf5\x02\x00'))),
  ...onlyFirst(goingOn(isHalite, encrypted('Halite', '\x31\x42\x04\x00', '\x31\x42\x05\x00'))),
  ...onlyFirst(goingOn(isSymmetricEncryption, encrypted('symmetric-encryption', '@EnC'))),
  ...encrypted('DPAPI of Windows', '\x01\x00\x00\x00\xd0\x8c\x9d\xdf'),
  ...onlyFirst(goingOn(isGoogleCiphertext, encrypted('Google Cloud KMS ciphertext', '\x0a\x24\x00'))),
]

const byFirst = Map.groupBy(formats, ({ bytes }) => bytes[0]!)
const zlibFirst = 0x78
/** Of so many no other bytes are valid, and of the lower number hardly any. */
const manyBytes = 512
const someBytes = 64
/** What is shorter holds nobody. */
const leastBytes = 11
const zlibSeconds = [0x01, 0x5e, 0x9c, 0xda]

/** RFC 5652, 3: a sequence of a type and what is of it; enveloped, encrypted, compressed (RFC 3274) or authenticated and enveloped (RFC 5083). */
const sequence = 0x30
const longestLength = 5
const contentTypes = [
  '06092a864886f70d010703',
  '06092a864886f70d010706',
  '060b2a864886f70d0109100109',
  '060b2a864886f70d0109100117',
].map((type) => Buffer.from(type, 'hex'))

/** 1 for each byte that any of them begins with. */
export const firstBytes = new Uint8Array(256)
for (const byte of [zlibFirst, sequence, ...byFirst.keys()]) firstBytes[byte] = 1

/** 1 for each two bytes, the first one in the upper half, that any of them begins with: of tokens hardly one has them. */
export const firstPairs = new Uint8Array(0x10000)
for (const { bytes } of formats) firstPairs[bytes.readUInt16BE(0)] = 1
for (const second of zlibSeconds) firstPairs[(zlibFirst << 8) | second] = 1
firstPairs.fill(1, sequence << 8, (sequence + 1) << 8)

/** The format that these bytes begin like; `isFirst`: whether they are known to begin where something was encoded. */
export function encodedFormatOf(
  bytes: Buffer,
  isFirst: boolean,
): Pick<EncodedFormat, 'name' | 'encrypted'> | undefined {
  if (bytes.length < leastBytes) return undefined
  const format = byFirst
    .get(bytes[0]!)
    ?.find(
      (each) =>
        (isFirst || !each.onlyFirst) && bytes.subarray(0, each.bytes.length).equals(each.bytes) && each.goesOn(bytes),
    )
  if (format !== undefined) return format
  if (bytes[0] === sequence && isSealed(bytes)) return { name: 'CMS', encrypted: true }
  const isWhole = bytes.length < (isFirst ? someBytes : manyBytes)
  const isZlib = bytes[0] === zlibFirst && zlibSeconds.includes(bytes[1]!) && inflates(bytes, isWhole)
  return isZlib ? { name: 'zlib', encrypted: false } : undefined
}

/** Bytes in front of zlib for the length of what it holds, as `COMPRESS` of MySQL (little endian) and `qCompress` of Qt (big endian) write it. */
export const lengthBytes = 4

/** Whether zlib may begin behind a length in bytes, of which any is asked for. */
export const mayBeMeasuredZlib = (byteAt: (index: number) => number): boolean =>
  byteAt(lengthBytes) === zlibFirst && zlibSeconds.includes(byteAt(lengthBytes + 1))

function isSealed(bytes: Buffer): boolean {
  return contentTypes.some((type) => {
    const at = bytes.subarray(0, 1 + longestLength + type.length).indexOf(type)
    return at > 1
  })
}

/**
 * Two bytes are few: what follows them has to be compressed as well, to the end and its checksum, or unless it `isWhole` to text, for
 * long, or with codes of its own (RFC 1951, 3.2.7), which next to no bytes are by chance.
 */
export function inflates(bytes: Buffer, isWhole: boolean): boolean {
  if (isWhole) return inflated(bytes, zlib.Z_FINISH) !== undefined
  const begun = inflated(bytes, zlib.Z_SYNC_FLUSH)
  if (begun === undefined) return false
  const hasOwnCodes = ((bytes[2]! >> 1) & 3) === 2
  return begun === 'much' || bytes.length >= manyBytes || hasOwnCodes || isText(begun) || inflates(bytes, true)
}

/** What there is, if there is any; `much` of it is not kept. */
function inflated(bytes: Buffer, finishFlush: number): Buffer | 'much' | undefined {
  try {
    const begun = inflateSync(bytes, { finishFlush, maxOutputLength: 2 ** 20 })
    return begun.length > 0 ? begun : undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'much' : undefined
  }
}

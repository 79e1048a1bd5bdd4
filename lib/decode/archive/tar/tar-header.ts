/** The length of a tar block: a header is one, and data fills whole ones. */
export const blockLength = 512

/** A field of a header: where it begins, and its length. */
type Field = readonly [from: number, length: number]

/** The fields of all kinds of header (POSIX.1-1988; GNU's and star's differ behind the magic number only). */
const common = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  link: [157, 100],
} as const satisfies Record<string, Field>

const behindMagic = {
  user: [265, 32],
  group: [297, 32],
  deviceMajor: [329, 8],
  deviceMinor: [337, 8],
} as const satisfies Record<string, Field>

export type TarHeader = {
  /** The type as a character; NUL, as old tars write it, is `0`. */
  type: string
  /** Bytes of data that follow, if the type has data. */
  size: number
  kind: 'v7' | 'ustar' | 'gnu'
  /** Name (with its prefix), link, user, group, and whatever else is not a number where one is expected. */
  texts: Uint8Array[]
  block: Buffer
}

/** Numbers up to here say nothing: what is larger is read as a text as well, since it may be somebody's number. */
const largestOrdinary: Record<string, bigint> = {
  mode: 2n ** 24n,
  uid: 65_535n,
  gid: 65_535n,
  mtime: 2n ** 36n,
  deviceMajor: 2n ** 24n,
  deviceMinor: 2n ** 24n,
}

/** Whether a block is a header: its checksum, of bytes with or without a sign as old tars computed it, is right. */
export function isHeader(block: Uint8Array): boolean {
  const [from, length] = common.checksum
  if (block.length < blockLength) return false
  const stated = numberOf(block.subarray(from, from + length))
  if (stated === undefined || stated === 0n) return false
  let sum = length * 0x20
  let signed = sum
  for (let at = 0; at < blockLength; at++) {
    if (at >= from && at < from + length) continue
    sum += block[at]!
    signed += (block[at]! << 24) >> 24
  }
  return stated === BigInt(sum) || stated === BigInt(signed)
}

/**
 * Whether a content begins with a header. Without a magic number, as the oldest tars are, every number in it has to be
 * one, and there must be a NUL, as in no text. A header that was cut off has its magic number still.
 */
export function isTar(head: Uint8Array): boolean {
  const hasMagic = head.length > 262 && Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar'
  if (hasMagic) return true
  const numbers: readonly Field[] = [common.mode, common.uid, common.gid, common.size, common.mtime]
  const isNumber = ([from, length]: Field) => numberOf(head.subarray(from, from + length)) !== undefined
  return isHeader(head) && head[0] !== 0 && head.includes(0) && numbers.every(isNumber)
}

/** Parses a block that `isHeader`; absent where its size is no number, or one beyond 2^53. `block` is kept. */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  const take = ([from, length]: Field) => block.subarray(from, from + length)
  const magic = block.toString('latin1', 257, 265)
  const kind = magic === 'ustar  \0' ? 'gnu' : magic.startsWith('ustar') ? 'ustar' : 'v7'
  const size = numberOf(take(common.size))
  if (size === undefined || size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) return undefined

  const numbers: [string, Field][] = (['mode', 'uid', 'gid', 'mtime'] as const).map((name) => [name, common[name]])
  const texts: Uint8Array[] = []
  // GNU tar notes devices in old headers too.
  numbers.push(['deviceMajor', behindMagic.deviceMajor], ['deviceMinor', behindMagic.deviceMinor])
  if (kind === 'v7') texts.push(take(common.name), take(common.link), block.subarray(257, 329), block.subarray(345))
  else {
    const prefix = kind === 'ustar' ? untilNul(take([345, 155])) : Buffer.alloc(0)
    texts.push(prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), take(common.name)]) : take(common.name))
    texts.push(take(common.link), take(behindMagic.user), take(behindMagic.group))
    if (kind === 'ustar') texts.push(block.subarray(345 + prefix.length))
    else {
      numbers.push(['mtime', [345, 12]], ['mtime', [357, 12]])
      // A sparse map and the size behind it are read with the data.
      if (block[156] === 0x53) texts.push(block.subarray(369, 386), block.subarray(495))
      else texts.push(block.subarray(369))
    }
    if (kind === 'ustar' && magic !== 'ustar\x0000') texts.push(take([262, 3]))
  }
  for (const [name, field] of numbers) {
    const text = oddNumber(take(field), largestOrdinary[name]!)
    if (text !== undefined) texts.push(text)
  }
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156]!)
  return { type, size: Number(size), kind, texts, block }
}

/** What has to be read of a number's field: nothing of an ordinary one, a large one in decimal, else the bytes. */
function oddNumber(field: Uint8Array, largest: bigint): Uint8Array | undefined {
  const value = numberOf(field)
  if (value === undefined) return field
  return value >= 0n && value <= largest ? undefined : Buffer.from(String(value))
}

function untilNul(field: Buffer): Buffer {
  const end = field.indexOf(0)
  return end < 0 ? field : field.subarray(0, end)
}

/** A number as tar writes it: octal digits between spaces and NULs, or base 256 (GNU), negative too; absent: not one. */
export function numberOf(field: Uint8Array): bigint | undefined {
  if (field[0] === 0x80 || field[0] === 0xff) {
    let value = 0n
    for (const byte of field.subarray(1)) value = value * 256n + BigInt(byte)
    return field[0] === 0xff ? value - 256n ** BigInt(field.length - 1) : value
  }
  let at = 0
  let value = 0
  while (at < field.length && field[at] === 0x20) at++
  for (; at < field.length && field[at]! >= 0x30 && field[at]! <= 0x37; at++) value = value * 8 + field[at]! - 0x30
  for (; at < field.length; at++) if (field[at] !== 0x20 && field[at] !== 0) return undefined
  return BigInt(value)
}

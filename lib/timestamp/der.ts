import { FormatInvalid } from '../errors.ts'

/** One element of DER (X.690): its tag as it is written, all its bytes, and those behind tag and length. */
export type Der = { tag: number; whole: Uint8Array; content: Uint8Array }

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  generalizedTime: 0x18,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const
/** A tag that means what its place says: `[number]`, of an element with elements in it. */
export const contextTag = (number: number) => 0xa0 | number

/** Takes elements one after another. Each call names what it expects; what is left over at `end` is an error. */
export type DerReader = {
  take(tag: number, what: string): Der
  /** The next element, unless it has another tag. */
  optional(tag: number): Der | undefined
  end(): void
}

/**
 * The one element that these bytes are. DER has one spelling for everything: longer lengths than needed, lengths that are
 * left open (BER) and bytes behind the element are refused, and so are tags of more than one byte, which nothing here has.
 * @throws FormatInvalid
 */
export function decodeDer(bytes: Uint8Array, tag: number, where: string): Der {
  const reader = readerOf(bytes, where)
  const element = reader.take(tag, 'element')
  reader.end()
  return element
}

/** The elements in an element. */
export const readIn = (element: Der, where: string): DerReader => readerOf(element.content, where)

/** All elements in an element, each of this tag. */
export function allIn(element: Der, tag: number, where: string): Der[] {
  const found: Der[] = []
  let rest = element.content
  while (rest.length > 0) {
    const next = firstOf(rest, where)
    if (next.tag !== tag) throw unexpected(where, 'element', tag, next.tag)
    found.push(next)
    rest = rest.subarray(next.whole.length)
  }
  return found
}

function readerOf(bytes: Uint8Array, where: string): DerReader {
  let rest = bytes
  const next = () => (rest.length === 0 ? undefined : firstOf(rest, where))
  const step = (element: Der) => {
    rest = rest.subarray(element.whole.length)
    return element
  }
  return {
    take(tag, what) {
      const element = next()
      if (element?.tag !== tag) throw unexpected(where, what, tag, element?.tag)
      return step(element)
    },
    optional(tag) {
      const element = next()
      return element?.tag === tag ? step(element) : undefined
    },
    end() {
      if (rest.length > 0) throw new FormatInvalid(`${where}: expected an end, got ${rest.length} bytes more`)
    },
  }
}

function firstOf(bytes: Uint8Array, where: string): Der {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f)
    throw new FormatInvalid(`${where}: expected DER, got a tag without a length, or one of several bytes`)
  const more = first < 0x80 ? 0 : first & 0x7f
  const given = bytes.subarray(2, 2 + more)
  const length = more === 0 ? first : given.reduce((sum, byte) => sum * 256 + byte, 0)
  const isShortest = more === 0 || (more <= 4 && given.length === more && given[0] !== 0 && length >= 0x80)
  if (first === 0x80 || !isShortest)
    throw new FormatInvalid(`${where}: expected the shortest form of a length, got another`)
  const start = 2 + more
  if (length > bytes.length - start)
    throw new FormatInvalid(`${where}: expected ${length} bytes, got ${bytes.length - start}`)
  return { tag, whole: bytes.subarray(0, start + length), content: bytes.subarray(start, start + length) }
}

const shown = (tag: number | undefined) => (tag === undefined ? 'nothing' : `0x${tag.toString(16).padStart(2, '0')}`)

function unexpected(where: string, what: string, due: number, got: number | undefined): FormatInvalid {
  return new FormatInvalid(`${where}: ${what}: expected tag ${shown(due)}, got ${shown(got)}`)
}

/** The content of an integer in its one spelling, as it is: two integers are the same if their bytes are. */
export function integerOf({ content }: Der, where: string): Uint8Array {
  const [first, second] = content
  const isLonger = second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
  if (first === undefined || isLonger)
    throw new FormatInvalid(`${where}: expected the shortest form of an integer, got another`)
  return content
}

/** An integer from 0 to 127. */
export function smallIntegerOf(element: Der, where: string): number {
  const content = integerOf(element, where)
  if (content.length > 1 || content[0]! >= 0x80)
    throw new FormatInvalid(`${where}: expected a number from 0 to 127, got another`)
  return content[0]!
}

export function booleanOf({ content }: Der, where: string): boolean {
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw new FormatInvalid(`${where}: expected 0x00 or 0xff, got another`)
  return content[0] === 0xff
}

/** An object identifier with dots in it. */
export function oidOf({ content }: Der, where: string): string {
  const numbers: number[] = []
  let number = 0
  let isInside = false
  for (const byte of content) {
    if ((!isInside && byte === 0x80) || number > 2 ** 42)
      throw new FormatInvalid(`${where}: expected the shortest form of an identifier, got another`)
    number = number * 128 + (byte & 0x7f)
    isInside = byte >= 0x80
    if (isInside) continue
    if (numbers.length > 0) numbers.push(number)
    else {
      const top = Math.min(2, Math.floor(number / 40))
      numbers.push(top, number - 40 * top)
    }
    number = 0
  }
  if (numbers.length === 0 || isInside) throw new FormatInvalid(`${where}: expected an identifier, got a part of one`)
  return numbers.join('.')
}

const utc = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
const generalized = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{0,8}[1-9])?Z$/

/**
 * Milliseconds since 1970 of a UTCTime or GeneralizedTime; finer parts are cut off. Years of two digits are those of
 * RFC 5280, 4.1.2.5.1: from 1950 to 2049.
 */
export function timeOf({ tag, content }: Der, where: string): number {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
  const parts = (tag === tags.utcTime ? utc : generalized).exec(text)
  const [year, month, day, hour, minute, second] = (parts ?? []).slice(1, 7) as string[]
  const century = tag === tags.utcTime ? (Number(year) < 50 ? '20' : '19') : ''
  const iso = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}`
  const whole = parts ? Date.parse(`${iso}Z`) : Number.NaN
  if (Number.isNaN(whole) || new Date(whole).toISOString().slice(0, 19) !== iso)
    throw new FormatInvalid(`${where}: expected a time in UTC, got another`)
  return whole + Math.floor(Number(`0${parts?.[7] ?? ''}`) * 1000)
}

/** One element with these parts in it. */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  return new Uint8Array(Buffer.concat([Uint8Array.from([tag, ...lengthOf(content.length)]), content]))
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

/** The DER of an object identifier, all of whose numbers but the first two are below 2^31. */
export function encodeOid(dotted: string): Uint8Array {
  const [top, second, ...rest] = dotted.split('.').map(Number)
  const numbers = [top! * 40 + second!, ...rest]
  return encodeDer(tags.oid, Uint8Array.from(numbers.flatMap(septetsOf)))
}

function septetsOf(number: number): number[] {
  const septets = [number % 128]
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128))
    septets.unshift(0x80 | (rest % 128))
  return septets
}

import { isText } from './serialized.ts'

/** Deeper ones are what they seem. */
const mostDeep = 40
const longest = 2 ** 24
/** What ends behind all bytes, and what is none. */
const cut = Number.POSITIVE_INFINITY
const none = -1

/**
 * Marshal of Ruby, 4.8 (doc/marshal.rdoc), behind its two bytes: a value and all that is in it, as far as it is there. Links are to what
 * was there before.
 */
export function isMarshal(bytes: Buffer): boolean {
  let symbols = 0
  let values = 0
  /** Of a string that goes on behind all bytes, whether it is text. */
  let isCutText = true

  /** A number at `at`, and where it ends. */
  function long(at: number): { value: number; end: number } {
    const first = bytes.readInt8(at)
    if (first === 0) return { value: 0, end: at + 1 }
    const count = Math.abs(first)
    if (count > 4) return { value: first > 0 ? first - 5 : first + 5, end: at + 1 }
    if (at + 1 + count > bytes.length) return { value: 0, end: cut }
    const value = bytes.readUIntLE(at + 1, count)
    return { value: first > 0 ? value : value - 256 ** count, end: at + 1 + count }
  }

  /** Where what has a length and so many bytes for each of it ends, if `test` holds of those that are there. */
  function counted(at: number, test: (part: Buffer) => boolean, each = 1): number {
    if (at >= bytes.length) return cut
    const { value, end } = long(at)
    if (end === cut) return cut
    if (value < 0 || value > longest) return none
    const behind = end + value * each
    if (!test(bytes.subarray(end, behind))) return none
    return behind > bytes.length ? cut : behind
  }

  const all = (from: number, count: number, read: (at: number) => number): number => {
    let at = from
    for (let index = 0; index < count && at !== none && at !== cut; index++) at = read(at)
    return at
  }
  const then = (at: number, read: (at: number) => number) => (at === none || at === cut ? at : read(at))

  /** So many times what is read, behind their number. */
  function some(at: number, read: (at: number) => number): number {
    if (at >= bytes.length) return cut
    const { value, end } = long(at)
    if (end === cut) return cut
    return value < 0 || value > longest ? none : all(end, value, read)
  }

  function symbol(at: number): number {
    if (at >= bytes.length) return cut
    const type = String.fromCharCode(bytes[at]!)
    if (type === 'I') return then(symbol(at + 1), (end) => some(end, (each) => pair(each, 0)))
    if (type === ':') {
      symbols++
      return counted(at + 1, (name) => isText(name))
    }
    return type === ';' ? link(at + 1, symbols) : none
  }

  function link(at: number, count: number): number {
    if (at >= bytes.length) return cut
    const { value, end } = long(at)
    return end === cut || (value >= 0 && value < count) ? end : none
  }

  const pair = (at: number, depth: number): number => then(symbol(at), (end) => read(end, depth))
  const any = (part: Buffer) => {
    isCutText = isText(part)
    return true
  }
  const className = (name: Buffer) => isText(name) && (name.length === 0 || (name[0]! >= 0x41 && name[0]! <= 0x5a))

  function read(at: number, depth: number): number {
    if (at >= bytes.length || depth > mostDeep) return cut
    const type = String.fromCharCode(bytes[at]!)
    values++
    const from = at + 1
    const value = (each: number) => read(each, depth + 1)
    const ofPairs = (each: number) => pair(each, depth + 1)
    if ('0TF'.includes(type)) return from
    if (type === 'i') return from >= bytes.length ? cut : long(from).end
    if (type === ':' || type === ';') return symbol(at)
    if (type === '@') return link(from, values)
    if (type === 'I') return then(value(from), (end) => some(end, ofPairs))
    if (type === 'e' || type === 'C') return then(symbol(from), value)
    switch (type) {
      case '"':
        return counted(from, any)
      case 'f':
        return counted(from, (digits) => /^[-+.\deinfa]*(?:\0|$)/.test(digits.toString('latin1')))
      case 'l':
        if (from >= bytes.length) return cut
        return bytes[from] === 0x2b || bytes[from] === 0x2d ? counted(from + 1, any, 2) : none
      case '/':
        return then(counted(from, any), (end) => end + 1)
      case 'c':
      case 'm':
      case 'M':
        return counted(from, className)
      case '[':
        return some(from, value)
      case '{':
        return some(from, (each) => then(value(each), value))
      case '}':
        return then(
          some(from, (each) => then(value(each), value)),
          value,
        )
      case 'o':
      case 'S':
        return then(symbol(from), (end) => some(end, ofPairs))
      case 'u':
        return then(symbol(from), (end) => counted(end, any))
      case 'U':
      case 'd':
        return then(symbol(from), value)
      default:
        return none
    }
  }

  const end = read(2, 0)
  // Of a list and the beginning of some bytes, the first one of any, nobody knows what they are.
  return end === cut ? values > 2 || isCutText : end !== none
}

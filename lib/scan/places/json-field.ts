import type { FormatPlace, Step } from '../../decode/format-place.ts'
import { deepestField } from './where.ts'

/** An object or list that is open. `number`: of the last member, from 1, or item, from 0; `from` and `to`: the name of that member. */
type Open = {
  isObject: boolean
  number: number
  from: number
  to: number
  expects: 'name' | 'colon' | 'value' | 'comma'
}

/** Longer names are told by number. */
const longestName = 64

/** Tells which value of a text in JSON a byte belongs to. */
export type JsonWalker = {
  /** The value with the byte at `place`, not before an earlier one. Absent: in none, or up to there it is not JSON. Nothing behind it matters. */
  seek(place: number): FormatPlace | undefined
}

/** Walks through JSON (RFC 8259) from `from` on. `isMany`: one value may follow the other. */
export function createJsonWalker(bytes: Uint8Array, from: number, isMany = false): JsonWalker {
  const open: Open[] = []
  let at = from
  let hasEnded = false

  function canBegin(isString: boolean): boolean {
    const inner = open.at(-1)
    if (inner === undefined) return isMany || !hasEnded
    return inner.expects === 'value' || (inner.expects === 'name' && isString)
  }

  /** Takes a whole token of which `bytes` are from `at` to before `end`; false: it may not stand here. */
  function take(end: number): boolean {
    const byte = bytes[at]!
    const inner = open.at(-1)
    switch (byte) {
      case 0x7b:
      case 0x5b: {
        if (!canBegin(false) || open.length > deepestField) return false
        begin(0, 0)
        const isObject = byte === 0x7b
        open.push({ isObject, number: isObject ? 0 : -1, from: 0, to: 0, expects: isObject ? 'name' : 'value' })
        return true
      }
      case 0x7d:
      case 0x5d: {
        if (inner === undefined || inner.isObject !== (byte === 0x7d)) return false
        if (inner.expects !== 'comma' && inner.number !== (inner.isObject ? 0 : -1)) return false
        open.pop()
        finish()
        return true
      }
      case 0x2c:
        if (inner?.expects !== 'comma') return false
        inner.expects = inner.isObject ? 'name' : 'value'
        return true
      case 0x3a:
        if (inner?.expects !== 'colon') return false
        inner.expects = 'value'
        return true
      default: {
        const isString = byte === quote
        if (!canBegin(isString)) return false
        if (!isString && !scalar.test(Buffer.from(bytes.subarray(at, end)).toString('latin1'))) return false
        begin(at + 1, end - 1)
        finish()
        return true
      }
    }
  }

  /** Counts the value or name that begins. */
  function begin(nameFrom: number, nameTo: number): void {
    const inner = open.at(-1)
    if (inner === undefined) return
    if (!inner.isObject || inner.expects === 'name') inner.number += 1
    if (inner.expects === 'name') [inner.from, inner.to] = [nameFrom, nameTo]
  }

  function finish(): void {
    const inner = open.at(-1)
    if (inner === undefined) hasEnded = true
    else inner.expects = inner.expects === 'name' ? 'colon' : 'comma'
  }

  /** Where the token at `at` ends, or `limit` if not before that. */
  function endOfToken(limit: number): number {
    let end = at + 1
    if (bytes[at] === quote) {
      for (; end < limit; end++)
        if (bytes[end] === backslash) end += 1
        else if (bytes[end] === quote) return end + 1
      return limit
    }
    if (isScalar(bytes[at]!)) while (end < limit && isScalar(bytes[end]!)) end += 1
    return end
  }

  /** The value or name in which the token at `at` is, as far as it is known: a text or a number, since lines of logs begin with names in brackets. */
  function placeOfToken(place: number): FormatPlace | undefined {
    const isString = bytes[at] === quote
    const inner = open.at(-1)
    if (inner === undefined || !canBegin(isString)) return undefined
    if (!isString && !number.test(Buffer.from(bytes.subarray(at, place + 1)).toString('latin1'))) return undefined
    const isName = inner.expects === 'name'
    const field = open.map((each): Step => {
      const isOwn = each === inner
      if (!each.isObject) return { item: each.number + (isOwn ? 1 : 0) }
      return isOwn && isName ? { member: each.number + 1, name: '' } : { member: each.number, name: nameOf(each) }
    })
    return { field, ...(isName && { isName }) }
  }

  function nameOf({ from, to }: Open): string {
    return to - from > longestName ? '' : Buffer.from(bytes.subarray(from, to)).toString('utf8')
  }

  return {
    seek(place) {
      while (at <= place) {
        if (isSpace(bytes[at]!)) {
          at += 1
          continue
        }
        const end = endOfToken(place + 1)
        // One that ends with the place may go on behind it.
        if (end > place) return placeOfToken(place)
        if (!take(end)) {
          at = Number.POSITIVE_INFINITY
          return undefined
        }
        at = end
      }
      return undefined
    },
  }
}

const quote = 0x22
const backslash = 0x5c
const scalar = /^(?:true|false|null|NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)$/
/** How a number may begin. */
const number = /^-?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d*)?)?$/
const isSpace = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
/** Of numbers and of the words that are values. */
const isScalar = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x2b ||
  byte === 0x2d ||
  byte === 0x2e

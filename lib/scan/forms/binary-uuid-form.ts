import { createProbe } from '../finders/probe.ts'
import { digitPairs, orders, uuidBytes } from '../finders/stored-uuid.ts'
import type { Form, FormFinder, FormTools, Report } from './form.ts'
import { listOf } from './spots.ts'

/** From here on both orders have the same. */
const sameFrom = 8

/** Sixteen of these are text: nothing tells them from words. */
export const inText = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13 ? 1 : 0,
)

function isBinary(bytes: Uint8Array, start: number): boolean {
  if (start < 0) return false
  for (let at = start; at < start + uuidBytes; at++) if (inText[bytes[at]!] === 0) return true
  return false
}

/**
 * Finds UUIDs of 16 bytes, wherever they begin. Of 128 bits none agrees by chance; of a number in 8 bytes that cannot be said, so
 * numbers are not looked for.
 */
function createBinaryUuid({ index }: FormTools): FormFinder | undefined {
  if (!index.shapes.some(({ shape }) => shape === 'uuid')) return undefined
  const digits = new Uint8Array(2 * uuidBytes)
  const pairs = new Uint16Array(digits.buffer)
  const probe = createProbe(index, 'uuid', { bytes: digits, view: new DataView(digits.buffer) })

  function look(bytes: Uint8Array, start: number, report: Report): void {
    for (let place = sameFrom; place < uuidBytes; place++) pairs[place] = digitPairs[bytes[start + place]!]!
    for (const order of orders) {
      for (let place = 0; place < sameFrom; place++) pairs[place] = digitPairs[bytes[start + order[place]!]!]!
      const ordinal = probe(0, digits.length)
      if (ordinal !== -1) report(ordinal, start, start + uuidBytes, binaryUuid.name)
    }
  }

  return (region, report) => {
    const { bytes, to } = region
    const places = listOf(region, 'binary-uuid')
    if (places !== undefined) {
      for (const place of places) if (place <= to - uuidBytes && isBinary(bytes, place)) look(bytes, place, report)
      return
    }
    /** Where the first one begins that was not looked at. */
    let next = 0
    for (let at = 0; ; at++) {
      while (at < to && inText[bytes[at]!] === 1) at++
      if (at === to) return
      const last = Math.min(at, to - uuidBytes)
      for (next = Math.max(next, at + 1 - uuidBytes); next <= last; next++) look(bytes, next, report)
    }
  }
}

export const binaryUuid: Form = {
  name: 'binary-uuid',
  summary: 'UUIDs in 16 bytes, in the order of RFC 9562 or of GUIDs',
  nests: false,
  isCostly: true,
  finder: createBinaryUuid,
  spell: (text, shape) => {
    const digits = text.replaceAll('-', '')
    if (shape !== 'uuid' || digits.length !== 2 * uuidBytes) return []
    const bytes = Buffer.from(digits, 'hex')
    return orders.map((order) => Buffer.from(order.map((at) => bytes[at]!)))
  },
}

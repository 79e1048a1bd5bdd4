import { code64 } from '../../finders/alphabets.ts'
import { base64Values } from '../../finders/code-values.ts'
import type { FormFinder, FormTools } from '../form.ts'
import { listOf } from '../spots.ts'

const sign = 0x3d
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Bytes that a run stands for which is too short to be looked at for text: from four on, which need padding, to the eight of eleven characters. */
const mostBytes = 8
const fewestCharacters = 6
const mostCharacters = 11
const group = 4

/** Whether an identifier may be as short as what such a run stands for. */
export const mayBeShort = ({ shortest }: Pick<FormTools, 'shortest'>) => shortest <= mostBytes

/**
 * Finds identifiers that are all that a run of six to eleven characters of base64 and its padding stand for, a line end behind them aside: values of Kubernetes, Consul and
 * DynamoDB, LDIF. Padding fills groups of four; only a run of eight characters needs none. The bits that stand for nothing are zeros (RFC 4648, section 3.5). That a word
 * or a token is such a run by chance takes as many bits as the identifier has.
 */
export function createShortBase64({ side, shortest, wanted }: FormTools, name: string): FormFinder | undefined {
  if (!mayBeShort({ shortest })) return undefined
  const bytes = new Uint8Array(mostBytes)

  return (region, report) => {
    const { buffer, to } = region
    const places = listOf(region, 'short-base64')
    if (places?.length === 0) return
    side.target(report, name)

    /** Takes the run [start, end) if it is one. */
    function look(start: number, end: number): void {
      const length = end - start
      if (length < fewestCharacters || length > mostCharacters) return
      let behind = end
      while (behind < to && behind - end < group && buffer[behind] === sign) behind++
      if ((behind - start) % group !== 0 || behind - end > 2 || (behind < to && code64[buffer[behind]!] === 1)) return
      if (behind === end && length !== 2 * group) return
      const count = Math.floor((length * 6) / 8)
      let bits = 0
      for (let at = 0, filled = 0, next = start; at < count; at++) {
        for (; filled < 8; filled += 6) bits = (bits << 6) | base64Values[buffer[next++]!]!
        filled -= 8
        bytes[at] = bits >> filled
        bits &= (1 << filled) - 1
      }
      if (count % 3 !== 0 && (base64Values[buffer[end - 1]!]! & (count % 3 === 1 ? 0x0f : 0x03)) !== 0) return
      let least = count
      if (bytes[least - 1] === lineFeed) least -= bytes[least - 2] === carriageReturn ? 2 : 1
      if (least < shortest) return
      for (let at = 0; at < least; at++) if (wanted[bytes[at]!] === 0) return
      side.open()
      side.decoded(bytes, 0, count, start, 0, least)
    }

    const endOf = (start: number) => {
      let end = start
      while (end < to && end - start <= mostCharacters && code64[buffer[end]!] === 1) end++
      return end
    }

    if (places !== undefined) {
      for (const start of places)
        if (start >= 0 && (start === 0 || code64[buffer[start - 1]!] === 0)) look(start, endOf(start))
    }
    // Each run that is long enough is on one of these places.
    else
      for (let at = fewestCharacters - 1; at < to; at += fewestCharacters) {
        if (code64[buffer[at]!] === 0) continue
        let start = at
        while (start > 0 && code64[buffer[start - 1]!] === 1) start--
        let end = at + 1
        while (end < to && code64[buffer[end]!] === 1) end++
        look(start, end)
        while (at + fewestCharacters < end) at += fewestCharacters
      }
    side.flush()
  }
}

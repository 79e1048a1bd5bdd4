import { tableOf } from '../../finders/alphabets.ts'
import type { FormFinder, FormTools } from '../form.ts'
import { listOf } from '../spots.ts'
import { hexAt } from './escaped-characters.ts'

const sign = Buffer.from('=?')
const question = 0x3f
const equals = 0x3d
const underscore = 0x5f
const blank = 0x20

const ofCharset = tableOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:*')
/** A charset and a language, and a text, at most; the rules have 75 for all of it. */
const longestCharset = 40
const longestText = 512

/**
 * Finds what stands in encoded words of mail in Q (RFC 2047, section 4.2), in which `_` is a blank, wherever they are: exports of ticket systems and of mailing lists have them as the mail had them.
 */
export function createQWords({ side }: Pick<FormTools, 'side'>, name: string): FormFinder {
  /** Where the text of a word that begins at `at` begins; -1 if none does. */
  function textFrom(bytes: Uint8Array, at: number, to: number): number {
    let end = at + sign.length
    const charset = end
    while (end < to && end - charset < longestCharset && ofCharset[bytes[end]!] === 1) end++
    if (end === charset || end + 2 >= to || bytes[end] !== question || bytes[end + 2] !== question) return -1
    return (bytes[end + 1]! | 0x20) === 0x71 ? end + 3 : -1
  }

  return (region, report) => {
    const { bytes, buffer, to } = region
    const places = listOf(region, 'quoted-printable')
    if (places?.length === 0) return
    side.target(report, name)

    function look(start: number): void {
      let at = textFrom(bytes, start, to)
      if (at === -1) return
      side.open()
      for (const end = Math.min(to, at + longestText); at < end; ) {
        const byte = bytes[at]!
        if (byte <= blank || byte > 0x7e || byte === question) return
        const value = byte === equals ? hexAt(bytes, at + 1, 2, to) : -1
        if (value === -1) side.push(byte === underscore ? blank : byte, at, at + 1)
        else side.push(value, at, at + 3)
        at += value === -1 ? 1 : 3
      }
    }

    if (places !== undefined) {
      for (const at of places)
        if (at >= 0 && at + 1 < to && bytes[at] === equals && bytes[at + 1] === question) look(at)
    } else {
      // Behind `to` is what was searched before, at times much.
      const known = buffer.subarray(0, to)
      for (let at = known.indexOf(sign); at !== -1; at = known.indexOf(sign, at + 1)) look(at)
    }
    side.flush()
  }
}

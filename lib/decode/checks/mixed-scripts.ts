import type { EncodedProblem } from './encoded-check.ts'
import type { Seen } from './survey.ts'

/**
 * Bits that are written as characters of any script, as `compressToUTF16` and `compress` of lz-string do. One character in five is a rare Chinese one there (U+3400 to
 * U+4DBF); in what people write none of these stands right beside one of the scripts from U+0800 to U+1DFF (which are no Korean).
 */
const rare = String.raw`(?:\xe3[\x90-\xbf]|\xe4[\x80-\xb6])[\x80-\xbf]`
const other = String.raw`(?:\xe0[\xa0-\xbf]|\xe1[\x80-\x83\x88-\xb7])[\x80-\xbf]`
const inUtf8 = new RegExp(`${rare}${other}|${other}${rare}`)
/** The same in JSON, or in JSON in it. */
const begin = String.raw`\\{1,4}u`
const rareEscape = `${begin}(?:3[4-9A-Fa-f]|4[0-9A-Da-d])[0-9A-Fa-f]{2}`
const otherEscape = `${begin}(?:0[89A-Fa-f]|1[02-9A-Da-d])[0-9A-Fa-f]{2}`
const inEscapes = new RegExp(`${rareEscape}${otherEscape}|${otherEscape}${rareEscape}`)
/** Bytes of a pair but for one. */
const unfinished = 17
const firstOfRare = [0xe3, 0xe4]
const escaped = Buffer.from('\\u')

/** Looks for such a pair; returns the first. */
export function mixedScriptsCheck() {
  /** The last bytes of what was written, and how many came before what is written next. */
  let tail: Buffer = Buffer.alloc(0)
  let offset = 0

  function look(bytes: Buffer, from: number, seen?: Seen): EncodedProblem | undefined {
    const mayBeUtf8 = seen?.isAscii !== true && firstOfRare.some((byte) => bytes.includes(byte))
    const mayBeEscaped = seen?.hasEscape !== false && bytes.includes(escaped)
    if (!mayBeUtf8 && !mayBeEscaped) return undefined
    const text = bytes.toString('latin1')
    const places = [mayBeUtf8 ? text.search(inUtf8) : -1, mayBeEscaped ? text.search(inEscapes) : -1]
    const at = Math.min(...places.filter((each) => each !== -1))
    if (at === Number.POSITIVE_INFINITY) return undefined
    return {
      reason: 'opaque',
      offset: from + at,
      detail: 'expected text, got characters of scripts that do not occur together',
    }
  }

  return {
    write(bytes: Uint8Array, seen: Seen | undefined): EncodedProblem | undefined {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const atSeam =
        tail.length === 0 ? undefined : look(Buffer.concat([tail, chunk.subarray(0, unfinished)]), offset - tail.length)
      const problem = atSeam ?? look(chunk, offset, seen)
      offset += chunk.length
      tail = Buffer.concat([tail, chunk.subarray(-unfinished)]).subarray(-unfinished)
      return problem
    },
    /** What begins with the last bytes is none. */
    end: () => undefined,
  }
}

import type { Sink } from '../../decode/sink.ts'
import type { PartMatcher } from './part-matcher.ts'

const newline = 0x0a

/** Where the text of a slice is searched. Of a text without bytes there is no `matcher`; `isWhole`: it was read to its end. */
export type PartSink = Sink & {
  readonly matcher: PartMatcher | undefined
  readonly isWhole: boolean
  /** Whether its last line has no end. */
  readonly isOpen: boolean
}

/** `open` is asked when the first bytes are there. */
export function createPartSink(open: () => PartMatcher): PartSink {
  let matcher: PartMatcher | undefined
  let lastByte: number | undefined
  let isWhole = false
  return {
    skipsZeros: true,
    write(bytes) {
      lastByte = bytes.at(-1) ?? lastByte
      matcher ??= open()
      matcher.write(bytes)
    },
    end() {
      isWhole = true
    },
    get matcher() {
      return matcher
    },
    get isWhole() {
      return isWhole
    },
    get isOpen() {
      return lastByte !== undefined && lastByte !== newline
    },
  }
}

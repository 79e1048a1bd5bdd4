import type { Gap } from '../unverified.ts'
import { asciiTextCheck } from './ascii-text-check.ts'
import { behindZeros } from './behind-zeros.ts'
import { encodedCheck } from './encoded-check.ts'
import { surveyed } from './survey.ts'

/** The problem of a content, without the containers around it. */
type Problem = Omit<Gap, 'path'>

/**
 * What could hide in a content that is scanned as it is: `text` says whether it is text, in UTF-8 or (`readsEightBit`) in an
 * encoding of single bytes and in at least so many, with blocks of zeros where it is known what begins behind them, which may not be what `isOther`, and `encoded` what it holds in base64 or hexadecimal digits.
 */
export function contentCheck(options: {
  readsEightBit: boolean
  least?: number | undefined
  isOther?: ((head: Uint8Array) => boolean) | undefined
}) {
  const text = asciiTextCheck({ ...options, skipsZeros: options.isOther !== undefined })
  const behind = options.isOther && behindZeros(options.isOther)
  const encoded = encodedCheck()
  return {
    write(bytes: Uint8Array): void {
      behind?.write(bytes)
      surveyed(bytes, (piece, seen) => {
        encoded.writeSeen(piece, seen)
        text.writeSeen(piece, seen)
      })
    },
    end(): void {
      encoded.end()
      text.end()
      behind?.end()
    },
    text: (): Problem | undefined => text.problem() ?? behind?.problem(),
    encoded: (): Problem | undefined => encoded.problem(),
  }
}

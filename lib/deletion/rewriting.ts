import { createHash } from 'node:crypto'
import { decodeObject } from '../decode/decode-object.ts'
import type { Sink } from '../decode/sink.ts'
import type { Keep } from './judge-records.ts'
import { type Packing, packAgain } from './pack-again.ts'

/** What was written in the place of a version: its bytes (`sha256` in hex), and the content that they hold. */
export type Written = { sha256: string; size: number; content: { path: readonly string[]; sha256: string } }

/** One content that is written again, as it was packed. */
export type Rewriting = {
  /** Where what stays of the content is pushed; absent: it may not, or cannot, be written again. */
  sinkFor(path: readonly string[]): Sink | undefined
  /** After the sink has ended. */
  written(): Written
  stop(): void
}

/**
 * A version that loses records does not grow, but for what packed it better than we do: zstd finds what is repeated from further away if it is
 * told to. Disks are not filled by what a few bytes stand for.
 */
const mayTake = (read: number) => 4 * read + 2 ** 20

/** `out`: where the bytes of the new version go; undefined: there is to be none. `read`: how many were read of the old one by now. */
export function createRewriting(out: Sink | undefined, read: () => number, keep: Keep): Rewriting {
  const [stored, content] = [createHash('sha256'), createHash('sha256')]
  let size = 0
  let begun: { path: readonly string[]; packing: Packing } | undefined
  return {
    sinkFor(path) {
      if (out === undefined) return undefined
      const packing = packAgain(path, {
        write(bytes) {
          stored.update(bytes)
          size += bytes.length
          if (size > mayTake(read())) keep('what is left of it would be several times as large as it was')
          return out.write(bytes)
        },
        end: () => out.end(),
      })
      if (packing === undefined) return undefined
      begun = { path, packing }
      return {
        write(bytes) {
          content.update(bytes)
          return packing.write(bytes)
        },
        end: () => packing.end(),
      }
    },
    written: () => ({
      sha256: stored.digest('hex'),
      size,
      content: { path: begun!.path, sha256: content.digest('hex') },
    }),
    stop: () => begun?.packing.stop(),
  }
}

/** Whether stored bytes are exactly what was written, and read to their end as exactly the content that was to stay. */
export async function isAsWritten(chunks: AsyncIterable<Uint8Array>, written: Written): Promise<boolean> {
  const content = createHash('sha256')
  let isOther = false
  let hasEnded = false
  const { gaps, sha256, bytes } = await decodeObject(chunks, (path) => {
    isOther ||= path.join('/') !== written.content.path.join('/')
    return {
      write: (part) => {
        content.update(part)
      },
      end: () => {
        hasEnded = true
      },
    }
  })
  return (
    gaps.length === 0 &&
    hasEnded &&
    !isOther &&
    sha256 === written.sha256 &&
    bytes === written.size &&
    content.digest('hex') === written.content.sha256
  )
}

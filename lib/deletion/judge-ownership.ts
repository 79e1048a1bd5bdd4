import { roleOf } from '../decode/content-path.ts'
import { decodeObject } from '../decode/decode-object.ts'
import type { Sink } from '../decode/sink.ts'
import { findInKey } from '../scan/names/redact-key.ts'
import { checkContent, type ScannedContent } from './check-content.ts'
import { type OwnedRecords, type OwnerRule, ownedRecords } from './judge-records.ts'
import { watchForPending } from './pending-people.ts'
import { createRewriting, type Written } from './rewriting.ts'

/** `sha256` (hex) of all its bytes, also where pieces pinned it. `rewrite`: without `records` of subjects, as was written. */
export type Judgement =
  | { kind: 'delete'; records: number; sha256: string }
  | { kind: 'rewrite'; records: number; sha256: string; written: Written }
  | { kind: 'keep'; reason: string }

/**
 * Decides from a version's bytes: delete only when every record's owner field is an identifier in scope, and the bytes
 * are those that were scanned. Records are the rows of CSV with a header that names `owner` once, or the objects of JSON Lines;
 * plain, gzip or zstd. A record that may hold another one, with the owner's name further inside, or that names somebody whose transfer is not confirmed, is kept, and so is all under a `key` that does. Whatever else it is, or cannot be read strictly to its end, is kept, for a reason that quotes
 * nothing. Reading stops at the first reason to keep; that there is no time left (`isLate`) is one.
 *
 * With `remaining`, a version that has records of others as well is to be rewritten: all its lines but those of subjects, byte for byte, packed as it was, were pushed there.
 */
export async function judgeOwnership(
  chunks: AsyncIterable<Uint8Array>,
  options: OwnerRule & { key: string; scanned: ScannedContent; isLate?: () => boolean },
): Promise<Judgement> {
  try {
    const { key, pending, scanned, isLate } = options
    if (pending !== undefined && findInKey(key, pending).length > 0) keep(namesPending)
    return await judge(isLate ? inTime(chunks, isLate) : chunks, scanned, options)
  } catch (error) {
    if (error instanceof Kept) return { kind: 'keep', reason: error.message }
    throw error
  }
}

/** The first reason to keep a version, on its way out of the decoder. */
class Kept extends Error {
  override readonly name = 'Kept'
}

function keep(reason: string): never {
  throw new Kept(reason)
}

export const namesPending = 'its name is about somebody whose transfer is not confirmed'

const ignored: Sink = { write() {}, end() {} }

/** Why a version is kept that there was no time left for. */
export const tooLate =
  'the time of a call was over before all its bytes were judged; there is no such limit on one machine'

/** Better kept than a call that ends without an answer. */
async function* inTime(chunks: AsyncIterable<Uint8Array>, isLate: () => boolean): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (isLate()) keep(tooLate)
    yield chunk
  }
}

async function judge(chunks: AsyncIterable<Uint8Array>, scanned: ScannedContent, rule: OwnerRule): Promise<Judgement> {
  const content = checkContent(scanned, keep)
  let read = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of content.read(chunks)) {
      read += chunk.length
      yield chunk
    }
  }
  const rewriting = createRewriting(rule.remaining, () => read, keep)
  let records: OwnedRecords | undefined
  try {
    const reading = await decodeObject(counted(), (path) => {
      switch (roleOf(path)) {
        case 'main':
          records ??= ownedRecords({ ...rule, remaining: rewriting.sinkFor(path) }, keep)
          return records
        case 'file-name':
          return rule.pending ? watchForPending(rule.pending, 'file-name', () => keep(namesPending)) : ignored
        case 'aside':
          return keep('it holds bytes beside its records')
      }
    })
    const gap = reading.gaps[0]
    if (gap !== undefined) keep(`it was not read to its end: ${gap.reason}`)
    content.finish(reading.sha256)
    const { owned, others } = records?.complete() ?? { owned: 0, others: 0 }
    if (owned + others === 0) keep('it holds no records')
    if (owned === 0) keep('none of its records is of somebody in the transfer manifest')
    const { sha256 } = reading
    return others === 0
      ? { kind: 'delete', records: owned, sha256 }
      : { kind: 'rewrite', records: owned, sha256, written: rewriting.written() }
  } finally {
    rewriting.stop()
  }
}

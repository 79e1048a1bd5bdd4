import { roleOf } from '../decode/content-path.ts'
import { decodeObject } from '../decode/decode-object.ts'
import type { Sink } from '../decode/sink.ts'
import { type OwnerRule, ownedRecords } from './judge-records.ts'

export type Judgement = { kind: 'delete'; records: number } | { kind: 'keep'; reason: string }

/**
 * Decides from a version's bytes: delete only when every record's owner field is an identifier in scope, and the digest
 * is the scanned one. Records are the rows of CSV with a header that names `owner` once, or the objects of JSON Lines;
 * plain, gzip or zstd. A record that may hold another one, with the owner's name further inside, is kept. Whatever else it is, or cannot be read strictly to its end, is kept, for a reason that quotes
 * nothing. Reading stops at the first reason to keep.
 */
export async function judgeOwnership(
  chunks: AsyncIterable<Uint8Array>,
  options: { owner: string; sha256: string; isTransferred: (text: string) => boolean },
): Promise<Judgement> {
  try {
    return await judge(chunks, options.sha256, { owner: options.owner, isTransferred: options.isTransferred })
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

const ignored: Sink = { write() {}, end() {} }

async function judge(chunks: AsyncIterable<Uint8Array>, sha256: string, rule: OwnerRule): Promise<Judgement> {
  const records = ownedRecords(rule, keep)
  const reading = await decodeObject(chunks, (path) => {
    switch (roleOf(path)) {
      case 'main':
        return records
      case 'file-name':
        return ignored
      case 'aside':
        return keep('it holds bytes beside its records')
    }
  })
  const gap = reading.gaps[0]
  if (gap !== undefined) keep(`it was not read to its end: ${gap.reason}`)
  if (!reading.complete) keep('it was not read to its end')
  if (reading.sha256 !== sha256) keep('its content is not the content that was scanned')
  const count = records.complete()
  if (count === undefined) keep('its records did not end')
  if (count === 0) keep('it holds no records')
  return { kind: 'delete', records: count }
}

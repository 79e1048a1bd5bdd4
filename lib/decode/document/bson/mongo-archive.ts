import { type Crc64, crc64 } from '../../../checksums/crc64.ts'
import { beginsWith } from '../../begins-with.ts'
import { streamReader } from '../../database/stream-reader.ts'
import { type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { documentOf } from './bson-content.ts'
import { bsonValues } from './bson-values.ts'
import { bsonElements, bsonType, leastDocument, mostDocument } from './elements.ts'

const magic = Buffer.from('6de29981', 'hex')
const terminator = -1
/** More collections than this are not kept in mind. */
const mostCollections = 100_000

/**
 * Archives of mongodump (`--archive`): a header, what is known of each collection, then documents of all collections in
 * blocks. Every collection has to end, with the checksum of its documents.
 */
export const mongoArchive: Format = {
  name: 'mongo-archive',
  kind: 'table',
  isFormat: (head) => beginsWith(head, magic),
  read: readArchive,
}

async function readArchive({ source, path }: Content, decoding: Decoding): Promise<void> {
  const stream = streamReader(source, path, 'mongodump')
  const numbering = { values: 0 }
  const about = bsonValues([...path, 'about'], decoding, numbering)
  const values = bsonValues(path, decoding, numbering)
  /** Checksums of collections that have not ended yet; absent of those that have not begun. */
  const open = new Map<string, Crc64 | undefined>()
  let ended = 0
  const stop = (reason: 'corrupt' | 'limit' | 'truncated', expected: string) =>
    new DecodingStopped(reason, path, stream.offset, `mongodump: expected ${expected}`)

  /** The next document; absent where a terminator stands. */
  async function next(): Promise<Buffer | undefined> {
    const length = Buffer.from(await stream.take(4)).readInt32LE(0)
    if (length === terminator) return undefined
    if (length < leastDocument || length > mostDocument) throw stop('corrupt', 'a document')
    return documentOf(length, stream.take(length - 4))
  }

  function note(collection: string, sum?: Crc64): void {
    open.set(collection, sum)
    if (open.size + ended > mostCollections) throw stop('limit', `at most ${mostCollections} collections`)
  }

  async function readBlock(): Promise<void> {
    const header = await next()
    if (header === undefined) throw stop('corrupt', 'a block')
    await about.write(header, stream.offset)
    const { collection, isEnd, checksum } = blockOf(header)
    const sum = open.get(collection) ?? crc64('ecma')
    note(collection, sum)
    for (let document = await next(); document !== undefined; document = await next()) {
      if (isEnd) throw stop('corrupt', 'no document after the end of its collection')
      sum.add(document)
      await values.write(document, stream.offset)
    }
    if (!isEnd) return
    open.delete(collection)
    ended += 1
    if (checksum !== ((BigInt(sum.high()) << 32n) | BigInt(sum.low())))
      throw stop('corrupt', 'the checksum of a collection to match')
  }

  let isComplete = false
  try {
    await stream.take(magic.length)
    for (let document = await next(); document !== undefined; document = await next()) {
      await about.write(document, stream.offset)
      const { collection, hasDocuments } = blockOf(document)
      if (hasDocuments) note(collection)
    }
    while (!(await stream.isAtEnd())) await readBlock()
    if (open.size > 0) throw stop('truncated', 'the end of every collection')
    isComplete = true
  } finally {
    stream.release()
    await about.end(isComplete)
    await values.end(isComplete)
  }
}

type Block = { collection: string; isEnd: boolean; checksum: bigint; hasDocuments: boolean }

/**
 * What a document says of a collection: which one it is; in the header of a block whether it ends and the checksum then. `hasDocuments`:
 * it is not a view, which has none, nor a time series, whose documents are in another collection.
 */
function blockOf(header: Buffer): Block {
  const texts = new Map<string, string>()
  let isEnd = false
  let checksum = 0n
  for (const { type, nameAt, nameEnd, at, size } of bsonElements(header)?.elements ?? []) {
    const name = header.toString('latin1', nameAt, nameEnd)
    if (type === bsonType.string) texts.set(name, header.toString('latin1', at + 4, at + size - 1))
    if (name === 'EOF' && type === bsonType.boolean) isEnd = header[at] === 1
    if (name === 'CRC' && type === bsonType.int64) checksum = header.readBigUInt64LE(at)
  }
  const kind = texts.get('type') ?? 'collection'
  const isView = kind !== 'collection' || texts.get('metadata')?.includes('"viewOn"') === true
  return {
    collection: JSON.stringify([texts.get('db'), texts.get('collection')]),
    ...{ isEnd, checksum },
    hasDocuments: texts.has('collection') && !isView,
  }
}

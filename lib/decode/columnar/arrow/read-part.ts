import { ReadFailed } from '../../../errors.ts'
import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { lineOf } from '../text-content.ts'
import type { Workspace } from '../workspace.ts'
import type { Part } from './batch-parts.ts'
import { type Body, type Buffered, piecewise } from './body.ts'
import { type Awaited, type Behind, type Dictionary, type PartContents, partContents } from './part-contents.ts'
import { readIndices, readLists, readListViews, readUnion } from './read-places.ts'
import { readFixed, readTexts, readViews } from './read-values.ts'

/** What reading a part takes beside its buffers. */
export type PartReading = {
  readonly part: Part
  readonly body: Body
  readonly path: readonly string[]
  readonly decoding: Decoding
  readonly workspace: Workspace
  /** Says of each value whether it is the first one of a list. */
  readonly firsts: (() => boolean) | undefined
  /** How many values a column in it has, by its number from 0. */
  childLength(child: number): number
  dictionary(id: number): Dictionary | undefined
  /** Dictionaries may come later: what is asked of them then. */
  readonly awaited: Map<number, Awaited> | undefined
  /** Its values are entries of this dictionary. */
  readonly ofEntries: Dictionary | undefined
  /** What was left behind the texts of columns in the batch before, by their numbers; absent: there is no such batch. */
  readonly behind: Map<number, Behind> | undefined
}

/** The same with what is made of it. `open`: a buffer by its number, from 0 behind the one that says what is there. */
export type OpenPart = PartReading & {
  readonly contents: PartContents
  readonly known: Dictionary | undefined
  open(buffer: number): Promise<Buffered>
  onLossy(): void
}

/**
 * Reads the buffers of one column in a batch; returns what says of each value of the column in it whether it is the first one of a list. Values are lines of `path`, one for each
 * row or item, so also for those that are null, of whatever stands there. Truth values are told once each, and indices of a dictionary not at all, unless they are of no entry:
 * these are lines of `[...path, 'indices']`. Other contents: `lists` (see `columnLists`), `uuids` for bytes that may be such, `slack`, `behind`, `validity`, `flags` and `types` for what is in a
 * buffer beside its values, `value-7` for a value that is a container.
 * @throws ColumnFault when it cannot go on; everything before was delivered
 */
export async function readPart(reading: PartReading): Promise<(() => boolean) | undefined> {
  const { part, body, path, decoding, workspace, firsts, ofEntries } = reading
  const { column, node, buffers, validity, isIndices } = part
  const known = isIndices ? reading.dictionary(column.dictionary!.id) : undefined
  const isFirst = firsts ?? (() => false)
  const contents = partContents(part, { ofEntries, dictionary: known }, isFirst, path, decoding, workspace)
  let isLossy = false
  const opened: OpenPart = {
    ...reading,
    contents,
    known,
    open: (buffer) => body.open(buffers[validity + buffer]!, path),
    onLossy() {
      isLossy = true
    },
  }
  try {
    if (validity === 1) await readValidity(await body.open(buffers[0]!, path), opened)
    const found = await readValues(opened)
    if (ofEntries !== undefined) ofEntries.entries += node.length
    await contents.end()
    return found
  } catch (error) {
    if (isOfContent(error)) await contents.abandon()
    throw error
  } finally {
    if (isLossy) {
      const detail = 'expected whole numbers that a binary fraction holds exactly'
      addGap(decoding, { reason: 'lossy-number', path, offset: 0, detail })
    }
  }
}

/** Errors that end the reading of a content, as opposed to those of whoever takes it. */
const isOfContent = (error: unknown) =>
  error instanceof ColumnFault || error instanceof DecodingStopped || error instanceof ReadFailed

async function readValues(opened: OpenPart): Promise<(() => boolean) | undefined> {
  const { kind, dictionary } = opened.part.column
  if (opened.part.isIndices) {
    await readIndices(opened, dictionary!.index)
    return undefined
  }
  switch (kind.as) {
    case 'null':
    case 'struct':
    case 'run-ends':
      return undefined
    case 'boolean':
      await readFlags(opened)
      return undefined
    case 'fixed':
      await readFixed(opened, kind)
      return undefined
    case 'text':
    case 'bytes':
      await readTexts(opened, kind.offset, kind.as === 'bytes')
      return undefined
    case 'text-view':
    case 'bytes-view':
      await readViews(opened, kind.as === 'bytes-view')
      return undefined
    case 'list':
      return readLists(opened, kind.offset)
    case 'list-view':
      return readListViews(opened, kind.offset)
    case 'fixed-list': {
      let item = -1
      return () => ++item % kind.size === 0
    }
    case 'union':
      await readUnion(opened, kind)
      return undefined
    default:
      return kind satisfies never
  }
}

/** Which values are there. Where all are, the buffer may be empty. */
async function readValidity(buffer: Buffered, { part: { node }, contents }: OpenPart): Promise<void> {
  if (buffer.left() === 0 && node.nulls === 0) return
  const bytes = Math.ceil(node.length / 8)
  const lastBits = 0xff >> (bytes * 8 - node.length)
  let isThere = 0
  await piecewise(buffer, bytes, 1, (piece, count, first) => {
    for (let at = 0; at < count; at++) isThere += bitsIn[first + at < bytes - 1 ? piece[at]! : piece[at]! & lastBits]!
  })
  if (isThere !== node.length - node.nulls) throw corrupt('arrow: expected as many nulls as the batch states')
  await contents.endFlags(buffer, 'validity')
}

const bitsIn = new Uint8Array(256)
for (let byte = 1; byte < 256; byte++) bitsIn[byte] = bitsIn[byte >> 1]! + (byte & 1)

async function readFlags({ part: { node }, contents, open }: OpenPart): Promise<void> {
  const buffer = await open(0)
  let isTrue = false
  let isFalse = false
  await piecewise(buffer, Math.ceil(node.length / 8), 1, (piece) => {
    isTrue ||= piece.some((byte) => byte !== 0)
    isFalse ||= piece.some((byte) => byte !== 0xff)
  })
  for (const text of [...(isFalse ? ['false'] : []), ...(isTrue ? ['true'] : [])])
    await contents.write(lineOf(Buffer.from(text)))
  await contents.endFlags(buffer, 'flags')
}

import { type ByteSource, byteSource, chunksOf } from '../../byte-source.ts'
import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content } from '../../format.ts'
import { crc32By } from '../../means.ts'
import { nextBytes } from '../../next-bytes.ts'
import type { UnverifiedReason } from '../../unverified.ts'
import type { PositionedSource } from '../positioned-source.ts'
import { type Descriptor, readDescriptor, untilDescriptor } from './zip-descriptor.ts'
import { methods } from './zip-methods.ts'
import { flag, type ZipEntry } from './zip-records.ts'

const stored = 0

export type EntryReading = {
  source: PositionedSource
  /** Of the entry. */
  path: readonly string[]
  decoding: Decoding
  readContent: (content: Content) => Promise<void>
}

/**
 * Reads the data of an entry, whose header was consumed, and its descriptor; what is wrong with it is a gap of its own.
 * Returns sizes and checksum as they are.
 * @throws DecodingStopped where the entry's end is not known
 */
export async function readEntryData(reading: EntryReading, entry: ZipEntry): Promise<Descriptor> {
  const { source, path, decoding } = reading
  const { flags } = entry
  const refusal = refusalOf(entry)
  if (refusal !== undefined) {
    addGap(decoding, { ...refusal, path, offset: 0 })
    return skipData(reading, entry)
  }
  const hasDescriptor = (flags & flag.descriptor) !== 0
  const state: State = { found: undefined }
  const bounded = isSizeKnown(entry) ? byteSource(nextBytes(source, entry.storedSize, truncatedIn(path))) : undefined
  const isEmpty = bounded !== undefined && entry.storedSize === 0 && entry.size === 0 && !hasDescriptor
  if (isEmpty && entry.crc === 0) return entry
  const bytes = contentOf(reading, entry, bounded, state)
  try {
    await reading.readContent({ source: byteSource(bytes), path })
  } finally {
    await bytes.return(undefined)
  }
  if (bounded === undefined) {
    if (state.found === undefined) throw new DecodingStopped('corrupt', path, 0, 'zip: expected the end of the data')
    return state.found
  }
  if (state.found !== undefined) return state.found
  while ((await bounded.take()) !== undefined);
  if (hasDescriptor) await readDescriptor(source, ({ storedSize }) => storedSize === entry.storedSize)
  return entry
}

/** What an entry's content has come to: its descriptor, where there is one. */
type State = { found: Descriptor | undefined }

async function* contentOf(
  { source, path, decoding }: EntryReading,
  entry: ZipEntry,
  bounded: ByteSource | undefined,
  state: State,
): AsyncGenerator<Uint8Array> {
  const { flags, method } = entry
  const hasDescriptor = (flags & flag.descriptor) !== 0
  const start = source.position()
  if (method === stored && bounded === undefined) {
    state.found = yield* untilDescriptor(source, true, truncatedIn(path))
    return
  }
  const crc32 = crc32By(decoding.means)
  let crc = 0
  let size = 0
  const stated = hasDescriptor && bounded === undefined ? undefined : entry.size
  const input = { input: bounded ?? source, path, decoding, size: stated }
  const decoded = method === stored ? chunksOf(input.input) : methods.get(method)!(input)
  for await (const bytes of decoded) {
    crc = crc32(bytes, crc)
    size += bytes.length
    yield bytes
  }
  if (bounded !== undefined && (await bounded.peek(1)).length > 0)
    throw new DecodingStopped('corrupt', path, size, 'zip: expected the data to end with its stream')
  const actual = { crc, size, storedSize: source.position() - start }
  state.found = hasDescriptor ? await readDescriptor(source, (each) => isSame(each, actual)) : entry
  if (state.found === undefined || !isSame(state.found, actual))
    throw new DecodingStopped('corrupt', path, size, 'zip: expected sizes and checksum to match')
}

const isSame = (one: Descriptor, other: Descriptor) =>
  one.crc === other.crc && one.size === other.size && one.storedSize === other.storedSize

/** A header that announces a descriptor mostly leaves the sizes at zero, but it need not. */
function isSizeKnown({ flags, storedSize }: ZipEntry): boolean {
  return (flags & flag.descriptor) === 0 || storedSize > 0
}

const truncatedIn = (path: readonly string[]) => () =>
  new DecodingStopped('truncated', path, 0, 'zip: expected more bytes of an entry')

/** Why the data of an entry is not read. */
function refusalOf({ flags, method }: ZipEntry): { reason: UnverifiedReason; detail: string } | undefined {
  if ((flags & (flag.encrypted | flag.strongEncryption | flag.maskedHeaders)) !== 0)
    return { reason: 'encrypted', detail: 'zip: expected an entry that is not encrypted' }
  if ((flags & flag.patch) !== 0)
    return { reason: 'unsupported-format', detail: 'zip: expected an entry that is not a patch' }
  if (method !== stored && !methods.has(method))
    return { reason: 'unsupported-format', detail: `zip: expected a method that is read, got ${method}` }
  return undefined
}

/** Consumes data that is not read. */
async function skipData({ source, path }: EntryReading, entry: ZipEntry): Promise<Descriptor> {
  if (!isSizeKnown(entry)) {
    const data = untilDescriptor(source, false, truncatedIn(path))
    for (;;) {
      const next = await data.next()
      if (next.done) return next.value
    }
  }
  for await (const _ of nextBytes(source, entry.storedSize, truncatedIn(path)));
  if ((entry.flags & flag.descriptor) === 0) return entry
  const found = await readDescriptor(source, ({ storedSize }) => storedSize === entry.storedSize)
  if (found === undefined) throw new DecodingStopped('corrupt', path, 0, 'zip: expected a descriptor')
  return found
}

import { type ByteSource, byteSource } from '../decode/byte-source.ts'
import { ColumnFault } from '../decode/columnar/column-fault.ts'
import { parquet } from '../decode/columnar/parquet/parquet-content.ts'
import { roleOf } from '../decode/content-path.ts'
import { decodeObject, type Reading } from '../decode/decode-object.ts'
import type { Sink } from '../decode/sink.ts'
import { ManifestInvalid } from '../errors.ts'
import type { Lines } from './lines.ts'
import { formatOf, type ManifestFormat, type manifestFormats } from './manifest-format.ts'
import { type ManifestParser, parserOf } from './manifest-parsers.ts'
import { type ManifestRows, manifestRows, type RowReaders } from './manifest-rows.ts'
import { readParquetRows } from './parquet-rows.ts'
import { maxLineBytes } from './text-lines.ts'

/**
 * What was read of a transfer manifest. `sha256` and `bytes` are of the stored file. `rows` are the usable rows:
 * `confirmed` and those not yet transferred, which are not in scope. `transferColumn`: rows say when they were transferred.
 * `unused`: how many columns or members beside them, but for `batch`, nobody reads, and so nobody is looked for by; absent where there is none.
 * `padded`: confirmed rows whose identifier is a number that begins with a zero; absent where there is none.
 */
export type ManifestReport = {
  sha256: string
  bytes: number
  format: (typeof manifestFormats)[number]
  rows: number
  confirmed: number
  empty: Lines
  notYetTransferred: Lines
  transferColumn: boolean
  unused?: number
  padded?: Lines
}

/**
 * Reads a transfer manifest: CSV, JSON Lines or plain lines, plain or compressed, or Parquet, for which `open` is called twice. `readers` get each row (of Parquet
 * its number is its line). Rows that were seen count only when this returns. Whether rows contradict each other is for the reader who keeps them to say.
 * @throws ManifestInvalid if any part of it cannot be read, any row is malformed (the first 20 are listed by line, the
 * others counted), or no row is confirmed
 */
export async function readManifest(
  open: () => Promise<AsyncIterable<Uint8Array>>,
  options: { now: Date; name: string },
  readers: RowReaders,
): Promise<ManifestReport> {
  const where = `manifest ${options.name}`
  const rows = manifestRows(options.now, readers)
  const { head, chunks } = await withHead(await open())
  const { unused, ...read } = parquet.isFormat(head)
    ? await readParquet(chunks, open, rows, where)
    : await readText(chunks, rows, where)
  const { confirmed, empty, notYetTransferred, padded, badRows, badRowCount } = rows.result()
  if (badRowCount > 0)
    throw new ManifestInvalid(`${where}: rows: expected every row to be usable, got ${badRowCount} malformed`, badRows)
  if (confirmed === 0)
    throw new ManifestInvalid(
      `${where}: rows: expected at least one confirmed transfer, got ` +
        (notYetTransferred.count === 0 ? 'no row' : `${notYetTransferred.count} not yet transferred`),
    )
  return {
    ...read,
    rows: confirmed + notYetTransferred.count,
    confirmed,
    empty,
    notYetTransferred,
    ...(unused > 0 && { unused }),
    ...(padded.count > 0 && { padded }),
  }
}

type Read = Pick<ManifestReport, 'sha256' | 'bytes' | 'format' | 'transferColumn'> & { unused: number }

/** As many as tell what it is. */
const headBytes = 512

/** The first bytes of a file, and all of it. */
async function withHead(
  opened: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; chunks: AsyncIterable<Uint8Array> }> {
  const source = byteSource(opened)
  const head = Buffer.from((await source.peek(headBytes)).subarray(0, headBytes))
  return { head, chunks: restOf(source) }
}

async function* restOf(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (let chunk = await source.take(); chunk !== undefined; chunk = await source.take()) yield chunk
}

async function readParquet(
  chunks: AsyncIterable<Uint8Array>,
  open: () => Promise<AsyncIterable<Uint8Array>>,
  rows: ManifestRows,
  where: string,
): Promise<Read> {
  try {
    return { format: 'parquet', ...(await readParquetRows(chunks, open, rows)) }
  } catch (error) {
    if (error instanceof ColumnFault) throw new ManifestInvalid(`${where}: ${error.message}`)
    throw error
  }
}

async function readText(chunks: AsyncIterable<Uint8Array>, rows: ManifestRows, where: string): Promise<Read> {
  const content = manifestContent(rows)
  const reading = await decodeObject(chunks, (path) => {
    switch (roleOf(path)) {
      case 'main':
        return content
      case 'file-name':
        return ignored
      case 'aside':
        throw new ManifestInvalid(
          `${where}: content: expected one text in UTF-8 (CSV, JSON Lines or plain lines, plain or compressed) or Parquet, ` +
            'got others beside it, as in an archive, a workbook, compressed Parquet or UTF-16: save it as “CSV UTF-8”',
        )
    }
  })
  requireComplete(reading, where)
  const found = content.found()
  if (found.kind === 'unknown') throw new ManifestInvalid(`${where}: format: ${found.problem}`)
  const { sha256, bytes } = reading
  const { format, parser } = found
  return { sha256, bytes, format, transferColumn: parser.transferColumn(), unused: parser.unused() }
}

const ignored: Sink = { write() {}, end() {} }

/** A manifest of which a part is missing would leave subjects out of the scan. */
function requireComplete(reading: Reading, where: string): void {
  const gap = reading.gaps[0]
  if (gap === undefined && reading.complete) return
  throw new ManifestInvalid(
    `${where}: content: expected a file that can be read to its end, got ${gap?.reason}: ` +
      `${[...(gap?.path ?? []), `byte ${gap?.offset}`].join(', ')}: ${gap?.detail}${gap?.reason === 'invalid-utf8' ? '; save it as “CSV UTF-8”' : ''}`,
  )
}

type Found =
  | { kind: 'unknown'; problem: string }
  | { kind: 'known'; format: ManifestFormat['kind']; parser: ManifestParser }

/** Collects until the first line that is not empty tells the format, then hands everything to that format's parser. */
function manifestContent(rows: ManifestRows): Sink & { found(): Found } {
  let collected = Buffer.alloc(0)
  let found: Found | undefined

  function decide(text: string): Found {
    const format = formatOf(text)
    return format.kind === 'unknown' ? format : { kind: 'known', format: format.kind, parser: parserOf(format, rows) }
  }

  async function begin(firstLine: string): Promise<void> {
    found = decide(firstLine)
    if (found.kind === 'known') await found.parser.write(collected.subarray(markLength(collected)))
    collected = Buffer.alloc(0)
  }

  return {
    refusesOthers: true,
    write(bytes) {
      if (found?.kind === 'known') return found.parser.write(bytes)
      if (found?.kind === 'unknown') return
      collected = Buffer.concat([collected, bytes])
      const firstLine = firstNonEmptyLine(collected)
      if (firstLine !== undefined) return begin(firstLine)
    },
    async end() {
      if (found === undefined) await begin(collected.toString())
      if (found?.kind === 'known') await found.parser.end()
    },
    found: () => found ?? { kind: 'unknown', problem: 'expected content' },
  }
}

/** The byte order mark that some editors put before UTF-8 text. */
const markLength = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)

/** Absent while the line may go on; a line beyond the limit is decided by what there is. */
function firstNonEmptyLine(bytes: Buffer): string | undefined {
  const text = bytes.subarray(markLength(bytes), 2 * maxLineBytes)
  const start = text.findIndex((byte) => byte > 0x20)
  if (start < 0) return undefined
  const end = text.indexOf(0x0a, start)
  if (end >= 0) return text.toString('utf8', start, end)
  return text.length - start > maxLineBytes ? text.toString('utf8', start, start + maxLineBytes) : undefined
}

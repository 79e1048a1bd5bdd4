import { createReadStream, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { decodeObject } from '../../lib/decode/decode-object.ts'
import { fileSource } from '../../lib/file-source.ts'
import { openDirectoryStore } from '../../lib/local/directory-store.ts'
import { createTokenMatcher } from '../../lib/scan/matcher.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { openSubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { testKeys } from '../subject-index/make-index.ts'
import { bareDecoder } from './bare-decoder.ts'
import { timed } from './worker.ts'

/**
 * Our side of `texts.ts`, in a process of its own, which has the index of a file and nothing of how it was made: answers `{ work, path }` with seconds of CPU time, occurrences,
 * and the peak of its memory.
 */
const chunkBytes = 2 ** 20
const beforeOpening = process.cpuUsage()
const index = openSubjectIndex(fileSource(process.argv[2]!), testKeys)
const opening = process.cpuUsage(beforeOpening)

/** A file as a run reads it: as an object version of a store that is a directory. */
async function read<T>(path: string, work: (chunks: AsyncIterable<Uint8Array>) => Promise<T>): Promise<T> {
  const store = await openDirectoryStore(dirname(path))
  const { versions } = await store.list(undefined, 100)
  const version = versions.find(({ key }) => key === basename(path))
  const opened = version && (await store.open(version))
  if (opened?.kind !== 'opened') throw new Error(`${path}: expected to open it`)
  const result = await work(opened.chunks)
  if ((await opened.settle()).kind !== 'unchanged') throw new Error(`${path}: expected it to stay as it is`)
  await opened.close()
  return result
}

/** `scan` is what runs do: default forms, checks of the text, and the SHA-256 of the object. */
const works: Record<string, (path: string) => Promise<number>> = {
  async scan(path) {
    let found = 0
    const { complete } = await read(path, (chunks) => scanObject(chunks, index, () => found++))
    if (!complete) throw new Error(`${path}: expected a complete scan`)
    return found
  },
  /** The plain search alone, behind the decoder and its checks where there is one. */
  async search(path) {
    let found = 0
    const open = () => createTokenMatcher(index, () => found++)
    if (/\.(gz|zst)$/.test(path)) {
      await read(path, (chunks) => decodeObject(chunks, open))
      return found
    }
    const matcher = open()
    await read(path, async (chunks) => {
      for await (const chunk of chunks) matcher.write(chunk)
    })
    matcher.end()
    return found
  },
  async bare(path) {
    return bareDecoder(readFileSync(path), path.endsWith('.gz') ? 'gzip' : 'zstd')
  },
  async stream(path) {
    let length = 0
    const decoder = (path.endsWith('.gz') ? createGunzip : createZstdDecompress)({ chunkSize: 2 ** 18 })
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        length += chunk.length
        done()
      },
    })
    await pipeline(createReadStream(path, { highWaterMark: chunkBytes }), decoder, sink)
    return length
  },
}

/** Of this process since it began to be one, in bytes. */
const peak = () => Number(/VmHWM:\s+([0-9]+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))![1]) * 1024

for await (const line of createInterface({ input: process.stdin })) {
  const { work, path } = JSON.parse(line)
  const run =
    work === 'opening'
      ? { seconds: (opening.user + opening.system) / 1e6, found: 0 }
      : await timed(() => works[work]!(path))
  console.log(JSON.stringify({ ...run, peak: peak() }))
}

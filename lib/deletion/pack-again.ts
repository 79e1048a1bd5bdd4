import { constants, createGzip, createZstdCompress, type Gzip, type ZstdCompress } from 'node:zlib'
import type { Sink } from '../decode/sink.ts'

/** A sink that may hold something until it is ended or stopped. */
export type Packing = Sink & { stop(): void }

/**
 * Packs a content as it was packed where `path` (see `OpenSink`) found it, and pushes that to `out`. Absent: it cannot be
 * written again like that.
 */
export function packAgain(path: readonly string[], out: Sink): Packing | undefined {
  const [first, ...more] = path
  if (first === undefined) return { ...out, stop() {} }
  if (more.length > 0) return undefined
  if (first === 'gzip') return through(() => createGzip(), out)
  if (first === 'zstd')
    return through(() => createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }), out)
  return undefined
}

/** Made when there is something to pack. */
function through(create: () => Gzip | ZstdCompress, out: Sink): Packing {
  let begun: { transform: Gzip | ZstdCompress; ready: Uint8Array[] } | undefined
  const begin = () => {
    const made = { transform: create(), ready: [] as Uint8Array[] }
    made.transform.on('data', (chunk: Uint8Array) => made.ready.push(chunk))
    return made
  }
  const passOn = async (ready: Uint8Array[]) => {
    for (const chunk of ready.splice(0)) await out.write(chunk)
  }
  return {
    async write(bytes) {
      begun ??= begin()
      const { transform, ready } = begun
      await new Promise<void>((resolve, reject) => {
        transform.write(bytes, (error) => (error ? reject(error) : resolve()))
      })
      await passOn(ready)
    },
    async end() {
      begun ??= begin()
      const { transform, ready } = begun
      await new Promise<void>((resolve, reject) => transform.once('error', reject).once('end', resolve).end())
      await passOn(ready)
      await out.end()
    },
    stop() {
      begun?.transform.destroy()
    },
  }
}

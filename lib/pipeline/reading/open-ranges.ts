import { ReadFailed } from '../../errors.ts'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { ByteRange, Opened } from '../../ports.ts'
import { inTime, type ReadContext, type Unread } from './read-context.ts'

type OpenVersion = Extract<Opened, { kind: 'opened' }>

/**
 * Ranges of one version, each opened as the listed version and settled as such. What keeps one from being read ends the
 * reading as a fault of the medium does, and is told by `failure`; `gap`: what cannot be read although the bytes can.
 * `first`: what the store said of the version.
 */
export function openRanges(version: ListedVersion, reading: ReadContext) {
  let first: OpenVersion | undefined
  let gap: Unread | undefined
  let failure: Unread | undefined
  const fail = ({ reason, detail }: Unread): never => {
    failure ??= { reason, detail }
    throw new ReadFailed(`store: read: expected a range of the listed version, got one that is ${reason}`)
  }
  async function* read(range: ByteRange): AsyncGenerator<Uint8Array> {
    const opened = await reading.store.open(version, range)
    if (opened.kind === 'unreadable') return fail(opened)
    first ??= opened
    gap ??= opened.gap
    const body = inTime(opened.chunks, reading)
    let bytes = 0
    try {
      for await (const chunk of body.chunks) {
        bytes += chunk.length
        yield chunk
      }
      const settled = await opened.settle()
      if (settled.kind === 'changed') fail({ reason: 'changed', detail: settled.detail })
      const wanted = range.to - range.from
      if (bytes !== wanted)
        fail({ reason: 'size-differs', detail: `expected ${wanted} bytes of a range, got ${bytes}` })
    } catch (error) {
      if (!(error instanceof ReadFailed)) throw error
      failure ??= body.late()
      // That a version is another one now may show as bytes that do not come.
      const settled = failure === undefined ? await opened.settle() : undefined
      if (settled?.kind === 'changed') failure = { reason: 'changed', detail: settled.detail }
      throw error
    } finally {
      await opened.close()
    }
  }
  return { read, first: () => first, gap: () => gap, failure: () => failure }
}

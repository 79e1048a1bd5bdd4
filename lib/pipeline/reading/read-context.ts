import type { StoreConfig } from '../../config.ts'
import type { DeclaredFormat } from '../../decode/declared-format.ts'
import type { Gap } from '../../decode/unverified.ts'
import { ReadFailed } from '../../errors.ts'
import type { Ports, Store } from '../../ports.ts'
import type { Outcome } from '../../scan/outcome.ts'
import type { PlacedOccurrence } from '../../scan/scan-object.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'

/** What reading takes; `isLate` says that this call has no time left to read. */
export type ReadContext = {
  store: Pick<Store, 'open'>
  index: SubjectIndex
  /** Names of the forms that identifiers are looked for in. */
  forms: readonly string[]
  meter: Ports['meter']
  isLate(): boolean
  callSeconds: number
  scanMemory: number
  hasSpareCore: Ports['hasSpareCore']
  /** What objects are, by the ends of their keys, where nothing in their bytes tells. */
  declared: StoreConfig['declared']
  picturesMayBeClean: StoreConfig['picturesMayBeClean']
  /** Is told of everything that is found in the content. */
  see?(occurrence: PlacedOccurrence): void
}

/** `beyondCall`: a call that has more time could have read it. */
export type Unread = { reason: Extract<Outcome, { kind: 'unverified' }>['reason']; detail: string; beyondCall?: true }

/** What an object is declared to be. */
export function declaredFor(key: string, { declared = [] }: Pick<ReadContext, 'declared'>): DeclaredFormat | undefined {
  return declared.find(({ suffix }) => key.endsWith(suffix))?.format
}

const namedGaps = 5

/** Gaps as the reason of an outcome: that of the first. `more`: how many there are beside these. */
export function toUnread([first, ...others]: readonly Gap[], more = 0): Unread {
  if (first === undefined) return { reason: 'contradictory', detail: 'not complete, and no reason given' }
  const named = others
    .slice(0, namedGaps - 1)
    .map((gap) => (gap.reason === first.reason ? describeGap(gap) : `${gap.reason}: ${describeGap(gap)}`))
  const rest = others.length - named.length + more
  const detail = [describeGap(first), ...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
  return { reason: first.reason, detail }
}

function describeGap({ path, offset, detail }: Gap): string {
  const place = path.length === 0 ? '' : `${path.join(' in ')}, `
  return `${place}byte ${offset}: ${detail}`
}

const whatHelps = 'scan tasks have more time (README: taskSubnets, taskSeconds)'

/** Why a container is not read, of which `most` bytes fit into the time of one call. */
export function tooLarge(size: number, most: number): Unread {
  const detail = `a container cannot be cut: expected at most ${most} bytes, which one call can read, got ${size}; ${whatHelps}`
  return { reason: 'limit', detail, beyondCall: true }
}

export function lateFor({ callSeconds }: Pick<ReadContext, 'callSeconds'>): Unread {
  const detail = `expected to be read within the time of one call, ${callSeconds} seconds; ${whatHelps}`
  return { reason: 'limit', detail, beyondCall: true }
}

/**
 * Chunks that are counted as they are read, and that end with `ReadFailed` when the call has no time left for more;
 * `late` tells that from a medium that failed. Better an outcome with a reason than a call that ends without one.
 */
export function inTime(chunks: AsyncIterable<Uint8Array>, context: ReadContext) {
  let late: Unread | undefined
  const onLate = () => {
    late = lateFor(context)
  }
  return { chunks: counted(chunks, context, onLate), late: () => late }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  { meter, isLate }: ReadContext,
  onLate: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (isLate()) {
      onLate()
      throw new ReadFailed('store: read: expected more time')
    }
    yield chunk
    meter.add({ bytes: chunk.length })
  }
}

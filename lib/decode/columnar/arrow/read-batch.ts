import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { hasItems } from '../column-lists.ts'
import type { PlacedSource } from '../placed-source.ts'
import type { Workspace } from '../workspace.ts'
import { type Part, partsOf } from './batch-parts.ts'
import { bodyOf } from './body.ts'
import type { Message } from './message.ts'
import type { Awaited, Behind, Dictionary } from './part-contents.ts'
import { readPart } from './read-part.ts'
import type { Column } from './schema.ts'

/** What is read, and what is known of its dictionaries by now. */
export type ArrowFile = {
  readonly source: PlacedSource
  readonly path: readonly string[]
  readonly decoding: Decoding
  readonly workspace: Workspace
  readonly dictionaries: Map<number, Dictionary>
  /** What is behind the texts of columns in the batch before. */
  readonly behind: Map<number, Behind>
  readonly all: Dictionary['all']
  /** What columns ask of dictionaries that were not there before them, by their numbers, as may be in a file; absent in a stream. */
  readonly awaited: Map<number, Awaited> | undefined
}

/**
 * Reads the body of a message, which begins at the source's position, and consumes it. What keeps one column from being read is a gap of this one alone; what is left of it is
 * `[...path, 'column-3', 'unread']`. `dictionaries`: columns by the numbers of their dictionaries.
 */
export async function readBatch(
  file: ArrowFile,
  message: Exclude<Message, { kind: 'schema' }>,
  columns: readonly Column[],
  dictionaries: ReadonlyMap<number, Column>,
  path: readonly string[],
): Promise<void> {
  const { source, decoding, workspace } = file
  const from = source.position()
  const length = message.bodyLength
  try {
    if (message.kind === 'unknown') throw new ColumnFault('unsupported-format', 'arrow: expected batches of columns')
    const isDictionary = message.kind === 'dictionary'
    const column = isDictionary ? dictionaries.get(message.id) : undefined
    if (isDictionary && column === undefined) throw corrupt('arrow: expected a dictionary of a column')
    const parts = partsOf(column === undefined ? columns : [column], message.batch, isDictionary)
    if (parts.some(({ buffers }) => buffers.some(({ offset, length: size }) => size > 0 && offset + size > length)))
      throw corrupt('arrow: expected buffers within their body')
    const body = bodyOf(source, { from, length }, message.batch.codec, path, decoding, workspace.kernel)
    await readParts(parts, isDictionary ? entriesOf(file, message) : undefined)
    await body.leave(length)

    async function readParts(parts: readonly Part[], ofEntries: Dictionary | undefined): Promise<void> {
      const children = childrenOf(parts)
      const firsts = new Map<Part | undefined, () => boolean>()
      for (const part of parts) {
        const place = [...path, `column-${part.number}`]
        const last = part.buffers.findLast(({ length }) => length > 0)
        const end = last === undefined ? 0 : last.offset + last.length
        try {
          const found = await readPart({
            part,
            body,
            path: place,
            decoding,
            workspace,
            firsts: firsts.get(part.parent),
            childLength: (child) => children.get(part)?.[child]?.node.length ?? 0,
            dictionary: (id) => file.dictionaries.get(id),
            awaited: file.awaited,
            behind: isDictionary ? undefined : file.behind,
            ofEntries: part.parent === undefined ? ofEntries : undefined,
          })
          if (found !== undefined) firsts.set(part, found)
        } catch (error) {
          // What is left in the buffer belongs to this column alone.
          workspace.out.at = 0
          addFault(error, place, decoding)
          if (from + end > source.position()) await body.leaveUnread(end, [...place, 'unread'])
        }
      }
    }
  } catch (error) {
    addFault(error, path, decoding)
    await source.leave(from + length, [...path, 'unread'])
  }
}

/** What stops the reading of a part only is a gap of it. @throws all else again */
function addFault(error: unknown, path: readonly string[], decoding: Decoding): void {
  if (error instanceof ColumnFault) addGap(decoding, { reason: error.reason, path, offset: 0, detail: error.message })
  else if (!(error instanceof DecodingStopped) || decoding.exhausted || error.gap.reason === 'truncated') throw error
  else addGap(decoding, error.gap)
}

/** The entries of a dictionary are added to those that there are, or come in their place. */
function entriesOf(
  { dictionaries, all }: ArrowFile,
  { id, isDelta }: Extract<Message, { kind: 'dictionary' }>,
): Dictionary {
  const known = dictionaries.get(id)
  if (isDelta && known !== undefined) return known
  if (known !== undefined) all.items -= known.items.length
  const entries = { entries: 0, items: [], all }
  dictionaries.set(id, entries)
  return entries
}

/** Looks at what was left for the end of the stream. */
export async function endBatches({ decoding, dictionaries, behind, awaited }: ArrowFile): Promise<void> {
  for (const each of behind.values()) await each.tell()
  for (const [id, { entries, isItem, path }] of awaited ?? []) {
    const known = dictionaries.get(id)
    if (entries > (known?.entries ?? 0))
      addFault(corrupt('arrow: expected entries that the dictionary has'), path, decoding)
    if (isItem && hasItems(known?.items))
      addFault(new ColumnFault('unsupported-format', 'arrow: expected a dictionary before lists of it'), path, decoding)
  }
}

function childrenOf(parts: readonly Part[]): ReadonlyMap<Part, Part[]> {
  const found = new Map<Part, Part[]>()
  for (const part of parts) {
    if (part.parent === undefined) continue
    const siblings = found.get(part.parent)
    if (siblings === undefined) found.set(part.parent, [part])
    else siblings.push(part)
  }
  return found
}

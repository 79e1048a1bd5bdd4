import { fixedValues } from '../byte-values.ts'
import { ColumnFault } from '../column-fault.ts'
import { uuid } from '../fixed-lines.ts'
import { printedValues } from '../printed-values.ts'
import { hold, pieceBytes, piecewise } from './body.ts'
import { fixedValuesOf } from './fixed-values.ts'
import { valuesBetween } from './offsets.ts'
import { mostBehind } from './part-contents.ts'
import type { OpenPart } from './read-part.ts'
import { readOffsets } from './read-places.ts'
import type { Kind } from './types.ts'
import { viewBytes, viewsOf } from './views.ts'

/** Values of one width. */
export async function readFixed(opened: OpenPart, kind: Extract<Kind, { as: 'fixed' }>): Promise<void> {
  const { part, workspace, contents, open, onLossy } = opened
  const { width, print } = kind
  const buffer = await open(0)
  const linesOf = fixedValuesOf(kind, onLossy, workspace.kernel)
  if (width > 0)
    await piecewise(buffer, part.node.length, width, async (bytes, count) => {
      if (print.as !== 'bytes') return contents.write(linesOf(bytes, count))
      if (width === 16 && bytes.some((byte) => byte < 0x20 || byte > 0x7e))
        await contents.uuids.write(printedValues(bytes, count, width, uuid))
      const values = () => fixedValues(bytes, width, count)
      await contents.writeBytes(values, true, (isLeftOut) => linesOf(bytes, count, isLeftOut))
    })
  if (width === 0) await contents.leave(buffer, buffer.left())
  else await contents.endValues(buffer, width, fixedValuesOf(kind, onLossy))
}

/** Texts or bytes one behind the other, by the places of their ends. */
export async function readTexts(opened: OpenPart, width: 4 | 8, mayBeContainers: boolean): Promise<void> {
  const { part, contents, behind } = opened
  const offsets = await readOffsets(opened, width)
  const buffer = await opened.open(1)
  await contents.leave(buffer, offsets.at(0))
  const before = behind?.get(part.number)
  let first: Buffer = Buffer.alloc(0)
  const see = (bytes: Uint8Array) => {
    if (first.length < mostBehind) first = Buffer.concat([first, bytes.subarray(0, mostBehind)])
  }
  for (let from = 0; from < offsets.count; ) {
    const start = offsets.at(from)
    let to = from + 1
    while (to < offsets.count && to - from < pieceBytes && offsets.at(to + 1) - start <= pieceBytes) to += 1
    const bytes = await buffer.next(offsets.at(to) - start)
    if (before !== undefined) see(bytes)
    const [one, end] = [from, to]
    await contents.writeBytes(() => valuesBetween(offsets, one, end, bytes), mayBeContainers)
    from = to
  }
  const rest = await contents.endTexts(buffer, behind !== undefined)
  if (rest !== undefined) see(rest.bytes)
  if (before !== undefined && !before.bytes.equals(first.subarray(0, before.bytes.length))) await before.tell()
  if (rest === undefined) behind?.delete(part.number)
  else behind?.set(part.number, rest)
}

/** Texts or bytes wherever they are, of which any number may be in the same place. What is held at the same time has a limit. */
export async function readViews({ part, contents, open, decoding }: OpenPart, mayBeContainers: boolean): Promise<void> {
  const { heldBytes } = decoding.limits
  const first = await open(0)
  const least = part.node.length * viewBytes
  const more = Math.floor(Math.min(first.left() - least, mostBehind) / viewBytes)
  const views = await hold(first, least + Math.max(0, more) * viewBytes)
  await contents.leave(first, first.left())
  // Those behind the others are values of other rows, unless they are zero.
  const isMore = views.subarray(least).some((byte) => byte !== 0)
  const count = part.node.length + (isMore ? more : 0)
  const held: Uint8Array[] = []
  let left = heldBytes - views.length
  for (let index = 1; index < part.buffers.length - part.validity; index++) {
    const buffer = await open(index)
    left -= buffer.left()
    if (left < 0) throw new ColumnFault('limit', `arrow: expected views of at most ${heldBytes} bytes`)
    held.push(await hold(buffer, buffer.left()))
  }
  const found = viewsOf(views, held)
  for (let from = 0; from < count; ) {
    let to = from + 1
    let bytes = found.length(from)
    while (to < count && bytes + found.length(to) <= pieceBytes) bytes += found.length(to++)
    const [one, end] = [from, to]
    await contents.writeBytes(() => found.values(one, end), mayBeContainers)
    from = to
  }
  for (const index of held.keys()) await contents.tellUnnamed(found.unnamed(index))
}

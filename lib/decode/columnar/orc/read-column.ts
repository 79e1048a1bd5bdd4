import { byteSource } from '../../byte-source.ts'
import { decodeMember } from '../../decode-member.ts'
import { addGap, type Decoding } from '../../decoding.ts'
import { inOne } from '../../next-bytes.ts'
import { byteLines } from '../byte-values.ts'
import { corrupt, isOfContent } from '../column-fault.ts'
import { columnLists, countWalked } from '../column-lists.ts'
import { floating } from '../fixed-lines.ts'
import { type Lines, lineOf, type TextContent, textContent } from '../text-content.ts'
import type { Workspace } from '../workspace.ts'
import { countTags, countTrue } from './byte-runs.ts'
import { byteNumbers, type ColumnPart } from './column-part.ts'
import { firstsOf, itemOf, type ListLengths, mostItems, truthValues } from './list-items.ts'
import { type Numbers, numbersOf, oneByOne, sumOf } from './numbers.ts'
import { stringValues } from './string-values.ts'
import { type CountedLines, decimalLines, fixedStream, mostScale, nanosecondLines, numberLines } from './value-lines.ts'

/** Seconds from 1970 to 2015, from which times count. */
const firstOf2015 = 1_420_070_400
/** Bytes of values that wait to be read as contents of their own. */
const mostWaiting = 2 ** 22

/** How many values a column has for each of its children, and how many of them each list has. */
export type ChildrenOf = {
  readonly counts: readonly (number | undefined)[]
  readonly lengths?: ListLengths | undefined
}

/**
 * Reads what one stripe holds of a column and returns what it has for its children. Values are lines of `path`, in the
 * order of the rows, without nulls. Of a column with a dictionary its entries are the lines of `[...path, 'dictionary']`, each once, used or
 * not, and indices add nothing to them. Other contents: `lists` (see `columnLists`), `nanoseconds` of times, `slack` behind the values of a stream, `value-7` for a value that is a
 * container.
 * @throws ColumnFault when it cannot go on; everything before was delivered
 */
export async function readColumn(
  part: ColumnPart,
  path: readonly string[],
  decoding: Decoding,
  { out, kernel }: Workspace,
): Promise<ChildrenOf> {
  const { column, encoding, lengths } = part
  const { kind, children } = column
  const present = part.stream('present')
  const there = present === undefined ? part.count : countPresent(present)
  const isText = kind === 'string' || kind === 'varchar' || kind === 'char' || kind === 'binary'
  const told = { field: column.steps }
  const data = textContent(path, decoding, isText ? 'text' : 'numbers', out, told)
  const slack = textContent([...path, 'slack'], decoding, 'text', undefined, told)
  const item = itemOf(column)
  const lists = item && lengths && columnLists(item, path, decoding, told)
  const unended = [data, slack, ...(lists ? [lists] : [])]
  let nextIsFirst: (() => boolean) | undefined
  const isFirst = () => {
    nextIsFirst ??= firstsOfItems()
    return nextIsFirst()
  }
  let isLossy = false
  const onLossy = () => {
    isLossy = true
  }

  function countPresent(stream: NonNullable<typeof present>): number | undefined {
    const { isTrue } = countTrue(stream, part.count)
    return part.count === undefined ? undefined : isTrue
  }

  function expect(found: number): void {
    if (there !== undefined && found !== there)
      throw corrupt('orc: expected as many values as the stripe and the column around state')
  }

  /** Lists and items that are null take time and no text. */
  function firstsOfItems(): () => boolean {
    countWalked(decoding, lengths!.count + (part.count ?? 0), path)
    const bits = part.again('present')?.()
    return firstsOf(lengths!.read(), bits && truthValues(bits))
  }

  const writeItems = (lines: Lines) => (lists ? lists.write(lines, data, isFirst) : data.write(lines))

  async function write(lines: CountedLines | undefined, content = data): Promise<void> {
    if (lines !== undefined) await (content === data ? writeItems(lines) : content.write(lines))
    expect(lines?.count() ?? 0)
  }

  const numberOf = (numbers: Numbers | undefined, base = 0) => numbers && numberLines(numbers, kernel, base)

  async function readValues(): Promise<ChildrenOf> {
    if (encoding.isDictionary && kind !== 'string' && kind !== 'varchar' && kind !== 'char')
      throw corrupt('orc: expected a dictionary of texts only')
    const bytes = part.stream('data')
    switch (kind) {
      case 'boolean':
        await readFlags()
        break
      case 'byte':
        await write(bytes && numberOf(byteNumbers(bytes)))
        break
      case 'short':
      case 'int':
      case 'long':
      case 'date':
        await write(numberOf(part.numbers('data', true)))
        break
      case 'float':
        await write(
          bytes &&
            fixedStream(
              bytes,
              4,
              floating((view, at) => view.getFloat32(at, true), 2 ** 24, onLossy),
            ),
        )
        break
      case 'double':
        await write(
          bytes &&
            fixedStream(
              bytes,
              8,
              floating((view, at) => view.getFloat64(at, true), 2 ** 53, onLossy),
            ),
        )
        break
      case 'timestamp':
      case 'timestamp-instant':
        await write(numberOf(part.numbers('data', true), firstOf2015))
        // Its content is opened before the next one, whatever its length.
        await data.end()
        unended.shift()
        await readNanoseconds()
        break
      case 'decimal':
        await readDecimals()
        break
      case 'string':
      case 'varchar':
      case 'char':
      case 'binary':
        await (encoding.isDictionary ? readEntries() : readStrings())
        break
      case 'list':
      case 'map': {
        const { count, sum } = sumOf(part.numbers('length', false), mostItems)
        expect(count)
        const again = kind === 'list' ? part.again('length') : undefined
        const read = () => oneByOne(numbersOf(again!(), encoding.version, false), mostItems)
        return { counts: children.map(() => sum), lengths: again && { count, read } }
      }
      case 'union': {
        const { counts, values } = bytes
          ? countTags(bytes, children.length)
          : { counts: children.map(() => 0), values: 0 }
        expect(values)
        return { counts }
      }
      case 'struct':
        return { counts: children.map(() => there) }
      default:
        return kind satisfies never
    }
    return { counts: [] }
  }

  async function readFlags(): Promise<void> {
    const stream = part.stream('data')
    const { isTrue, values } = stream ? countTrue(stream, there) : { isTrue: 0, values: 0 }
    for (const text of [...(isTrue < values ? ['false'] : []), ...(isTrue > 0 ? ['true'] : [])])
      await data.write(lineOf(Buffer.from(text)))
    if (stream === undefined) expect(0)
  }

  async function readNanoseconds(): Promise<void> {
    const numbers = part.numbers('secondary', false)
    const content = textContent([...path, 'nanoseconds'], decoding, 'numbers', undefined, told)
    await within(content, () => write(numbers && nanosecondLines(numbers), content))
  }

  async function readDecimals(): Promise<void> {
    const bytes = part.stream('data')
    const numbers = part.numbers('secondary', true)
    const scales = numbers && oneByOne(numbers, mostScale)
    if (bytes === undefined || scales === undefined) return expect(0)
    await write(decimalLines(bytes, scales))
    if (scales.hasMore()) throw corrupt('orc: expected as many scales as values')
  }

  async function readStrings(): Promise<void> {
    const waiting: { number: number; bytes: Uint8Array }[] = []
    let waitingBytes = 0
    const values = stringValues(part.numbers('length', false), part.stream('data'), (bytes, from, length) => {
      if (kind !== 'binary' || length === 0) return false
      if (!decoding.isContainer(bytes.subarray(from, from + Math.min(length, 512)))) return false
      waiting.push({ number: values.count(), bytes: Buffer.from(bytes.subarray(from, from + length)) })
      waitingBytes += length
      return true
    })
    while (values.hasMore()) {
      await writeItems(byteLines(values.some(() => waitingBytes > mostWaiting)))
      for (const { number, bytes } of waiting.splice(0))
        await decodeMember({ source: byteSource(inOne(bytes)), path: [...path, `value-${number}`] }, decoding)
      waitingBytes = 0
    }
    expect(values.count())
  }

  async function readEntries(): Promise<void> {
    const entries = stringValues(part.numbers('length', false), part.stream('dictionary'))
    const content = textContent([...path, 'dictionary'], decoding, 'text', out, told)
    const lines = byteLines(entries.some())
    await within(content, () => content.write(lists ? lists.entries(lines) : lines))
    if (entries.count() !== encoding.entries) throw corrupt('orc: expected as many entries as the dictionary has')
    const numbers = part.numbers('data', false)
    if (!lists?.hasItems() || there === undefined || numbers === undefined)
      return expect(sumOf(numbers, encoding.entries).count)
    const indices = oneByOne(numbers, encoding.entries)
    await lists.indices(indices.next, there, isFirst)
    if (indices.hasMore()) throw corrupt('orc: expected as many entries as values')
  }

  async function readRest(): Promise<void> {
    const unread = part.unread()
    for (const stream of unread)
      do {
        await slack.write(lineOf(stream.bytes.subarray(stream.at)))
        stream.at = stream.bytes.length
      } while (stream.fill(1))
    if (unread.length > 0) throw corrupt('orc: expected streams to end with their last value')
  }

  try {
    const children = await readValues()
    await readRest()
    for (const content of unended) await content.end()
    return children
  } catch (error) {
    if (isOfContent(error)) for (const content of unended) await content.abandon()
    throw error
  } finally {
    if (isLossy)
      addGap(decoding, {
        reason: 'lossy-number',
        path,
        offset: 0,
        detail: 'expected whole numbers that a binary fraction holds exactly',
      })
  }
}

/** Ends a content, or abandons it when it cannot be read. */
async function within(content: TextContent, read: () => Promise<void>): Promise<void> {
  try {
    await read()
    await content.end()
  } catch (error) {
    if (isOfContent(error)) await content.abandon()
    throw error
  }
}

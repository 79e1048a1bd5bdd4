import type { Element } from './packed.ts'

/** An entry of a stream: its number (`milliseconds-sequence`), and what it holds. */
export type StreamEntry = { id: string; elements: Element[] }

const flags = { sameFields: 2 }

/**
 * The entries of one listpack of a stream (Redis, t_stream.c), deleted ones among them. `master`: the number that theirs are
 * counted from. Absent where the listpack contradicts itself.
 */
export function streamEntries(master: Uint8Array, elements: readonly Element[]): StreamEntry[] | undefined {
  if (master.length !== 16) return undefined
  const key = Buffer.from(master)
  const milliseconds = key.readBigUInt64BE(0)
  const sequence = key.readBigUInt64BE(8)
  let at = 0
  const integer = (): bigint | undefined => {
    const element = elements[at++]
    return typeof element === 'string' ? BigInt(element) : undefined
  }
  const several = (count: bigint): Element[] | undefined => {
    if (count < 0n || count > BigInt(elements.length - at)) return undefined
    at += Number(count)
    return elements.slice(at - Number(count), at)
  }

  const [present, deleted, fieldCount] = [integer(), integer(), integer()]
  if (present === undefined || deleted === undefined || fieldCount === undefined) return undefined
  const fields = several(fieldCount)
  if (fields === undefined || integer() !== 0n) return undefined
  const entries: StreamEntry[] = [{ id: `${milliseconds}-${sequence}`, elements: fields }]
  while (at < elements.length) {
    const [flag, after, further] = [integer(), integer(), integer()]
    if (flag === undefined || after === undefined || further === undefined) return undefined
    const isSame = (Number(flag) & flags.sameFields) !== 0
    const count = isSame ? fieldCount : integer()
    const values = count === undefined ? undefined : several(isSame ? count : count * 2n)
    if (values === undefined || integer() !== BigInt(values.length) + (isSame ? 3n : 4n)) return undefined
    entries.push({ id: `${milliseconds + after}-${sequence + further}`, elements: values })
  }
  return BigInt(entries.length - 1) === present + deleted ? entries : undefined
}

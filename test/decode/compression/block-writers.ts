/** What a compressed block is made of: bytes, or `length` bytes again from `distance` before. */
export type Element = { literal: string } | { distance: number; length: number }

/** What the elements say. */
export function textOf(elements: readonly Element[]): Buffer {
  const bytes: number[] = []
  for (const element of elements)
    if ('literal' in element) bytes.push(...Buffer.from(element.literal, 'latin1'))
    else for (let index = 0; index < element.length; index++) bytes.push(bytes[bytes.length - element.distance]!)
  return Buffer.from(bytes)
}

const lz4Rest = (length: number): number[] => {
  const rest: number[] = []
  for (let left = length - 15; left >= 0; left -= 255) rest.push(Math.min(left, 255))
  return rest
}

/** An LZ4 block of these elements; the last one is a literal. */
export function lz4Block(elements: readonly Element[]): Buffer {
  const parts: Buffer[] = []
  let literal = Buffer.alloc(0)
  for (const element of elements) {
    if ('literal' in element) {
      literal = Buffer.concat([literal, Buffer.from(element.literal, 'latin1')])
      continue
    }
    const length = element.length - 4
    parts.push(
      Buffer.from([(Math.min(literal.length, 15) << 4) | Math.min(length, 15), ...lz4Rest(literal.length)]),
      literal,
      Buffer.from([element.distance & 255, element.distance >> 8, ...lz4Rest(length)]),
    )
    literal = Buffer.alloc(0)
  }
  return Buffer.concat([
    ...parts,
    Buffer.from([Math.min(literal.length, 15) << 4, ...lz4Rest(literal.length)]),
    literal,
  ])
}

/** A raw snappy block of these elements, in every kind of tag that fits. */
export function snappyBlock(elements: readonly Element[]): Buffer {
  const parts = [varint(textOf(elements).length)]
  for (const [index, element] of elements.entries())
    if ('literal' in element) parts.push(snappyLiteral(Buffer.from(element.literal, 'latin1')))
    else
      for (let left = element.length; left > 0; left -= 64)
        parts.push(snappyCopy(element.distance, Math.min(left, 64), index))
  return Buffer.concat(parts)
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80)
  return Buffer.from([...bytes, left])
}

function snappyLiteral(bytes: Buffer): Buffer {
  const length = bytes.length - 1
  if (length < 60) return Buffer.concat([Buffer.from([length << 2]), bytes])
  const head = length < 256 ? [60 << 2, length] : [61 << 2, length & 255, length >> 8]
  return Buffer.concat([Buffer.from(head), bytes])
}

function snappyCopy(distance: number, length: number, choice: number): Buffer {
  if (length >= 4 && length <= 11 && distance < 2048)
    return Buffer.from([1 | ((length - 4) << 2) | ((distance >> 8) << 5), distance & 255])
  const tag = (length - 1) << 2
  return choice % 2 === 0
    ? Buffer.from([tag | 2, distance & 255, distance >> 8])
    : Buffer.from([tag | 3, distance & 255, distance >> 8, 0, 0])
}

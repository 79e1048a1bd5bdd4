import { createCollector } from '../../../lib/finding/collect-findings.ts'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import type { SubjectIndex } from '../../../lib/subject-index/open-subject-index.ts'

/** Pieces of a content in memory that is used again for each, as stores do. */
export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size)
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size)
    buffer.fill(0x39)
    buffer.set(part)
    yield buffer.subarray(0, part.length)
  }
}

export const collectorOf = (index: SubjectIndex) => createCollector(0, { tagOf: String, isControl: index.isControl })

/** The findings that are listed of an object. `size`: of the pieces that it comes in. */
export async function findPlaces(index: SubjectIndex, object: Uint8Array | string, size = 2 ** 20, forms?: string[]) {
  const found = collectorOf(index)
  const bytes = Buffer.from(object)
  const at = { size: bytes.length, read: async (from: number, to: number) => Buffer.from(bytes.subarray(from, to)) }
  const add = found.add.bind(found, 'content')
  await scanObject(inPieces(bytes, size), index, add, { at, forms })
  return found.listed
}

/** What is told of each of them, in order. */
export const wheresIn = async (index: SubjectIndex, object: Uint8Array | string, size?: number) =>
  (await findPlaces(index, object, size)).map(({ where }) => where)

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readLayout } from '../../../lib/decode/columnar/parquet/layout.ts'
import { readColumns } from '../../../lib/decode/columnar/parquet/parquet-content.ts'
import { isContainer } from '../../../lib/decode/decode-content.ts'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { createDecoding, type Decoding } from '../../../lib/decode/decoding.ts'
import type { ReadAt } from '../../../lib/decode/format.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { collect, inPieces } from '../collect.ts'

const corpus = new URL('../../corpus/parquet/', import.meta.url)
const files = readdirSync(corpus)
  .filter((name) => name.endsWith('.bin'))
  .map((name) => ({ name, bytes: readFileSync(new URL(name, corpus)) }))

/** A place to read from that notes what is read. */
function readable(bytes: Uint8Array): { at: ReadAt; asked: [number, number][] } {
  const asked: [number, number][] = []
  const read = async (from: number, to: number) => {
    asked.push([from, to])
    return Buffer.from(bytes.subarray(from, to))
  }
  return { at: { size: bytes.length, read }, asked }
}

/** Contents by their paths, and the decoding that opens them. */
function gather(bytes: Uint8Array): { decoding: Decoding; contents: Map<string, string> } {
  const contents = new Map<string, string>()
  const open = (path: readonly string[]) => {
    const name = path.join('/')
    if (contents.has(name)) throw new Error(`content ${name} was opened twice`)
    contents.set(name, '')
    return {
      write(chunk: Uint8Array) {
        contents.set(name, contents.get(name)! + Buffer.from(chunk).toString())
      },
      end() {
        contents.set(name, `${contents.get(name)}$`)
      },
    }
  }
  const decoding = createDecoding(open, defaultLimits, async () => {}, isContainer)
  decoding.storedBytes = bytes.length
  return { decoding, contents }
}

describe('a Parquet file', () => {
  test('is read for some columns of a row group without the bytes of others', async () => {
    const { bytes } = files.find(({ name }) => name === 'arrow-zstd.bin')!
    const { at, asked } = readable(bytes)
    const layout = await readLayout(at)
    asked.length = 0
    const { decoding, contents } = gather(bytes)
    await readColumns(at, layout, { groups: [1], columns: [0, 5] }, [], decoding)
    const columns = new Set([...contents.keys()].map((path) => path.split('/').slice(0, 2).join('/')))
    expect([...columns]).toEqual(['row-group-2/column-1', 'row-group-2/column-6'])
    const ranges = [0, 5].map((column) => layout.metadata.groups[1]![column]!.range!)
    expect(asked).toEqual(ranges.map(({ from, to }) => [from, to]))
  })
})

test('of a stored object only the footer is read twice, and its other bytes pass by once in order', async () => {
  for (const { bytes } of files) {
    const { at, asked } = readable(bytes)
    const contents = new Map<string, string>()
    const open = (path: readonly string[]) => ({
      write(chunk: Uint8Array) {
        contents.set(path.join('/'), `${contents.get(path.join('/')) ?? ''}${Buffer.from(chunk)}`)
      },
      end() {},
    })
    const reading = await decodeObject(inPieces(bytes, [997]), open, { at })
    expect(reading).toMatchObject({ complete: true, bytes: bytes.length })
    const footer = bytes.readUInt32LE(bytes.length - 8)
    expect(asked).toEqual([
      [bytes.length - 8, bytes.length],
      [bytes.length - 8 - footer, bytes.length],
    ])
    const whole = await collect(inPieces(bytes, [4096]))
    expect(contents).toEqual(new Map([...whole.contents].map(([path, { bytes }]) => [path, String(bytes)])))
  }
})

test('a footer that is another one when its bytes pass by is corrupt', async () => {
  const { bytes } = files.find(({ name }) => name === 'small-plain.bin')!
  const { at } = readable(bytes)
  const changed = Buffer.from(bytes)
  changed[bytes.length - 20]! ^= 1
  const reading = await decodeObject(inPieces(changed, [50]), () => ({ write() {}, end() {} }), { at })
  expect(reading.gaps.map(({ reason }) => reason)).toEqual(['corrupt'])
})

describe('an encrypted Parquet file', () => {
  const read = (name: string) => collect(inPieces(readFileSync(new URL(`../parquet-encrypted/${name}`, corpus)), [64]))

  test('is a gap as a whole where its footer is encrypted', async () => {
    const { reading } = await read('footer.bin')
    expect(reading.gaps.map(({ reason, path }) => [reason, path])).toEqual([['encrypted', []]])
  })

  test('is a gap for each encrypted column otherwise, and the other ones are read', async () => {
    const { reading, contents } = await read('column.bin')
    expect(reading.gaps).toContainEqual(
      expect.objectContaining({ reason: 'encrypted', path: ['parquet', 'row-group-1', 'column-2'] }),
    )
    expect(String(contents.get('parquet/row-group-1/column-1/dictionary')?.bytes)).toMatch(/^1000000000000000000\n/)
  })
})

import { existsSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { defaultLimits, type Limits } from '../../../lib/decode/limits.ts'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { inPieces } from '../collect.ts'
import { tarEnd, tarMember, tarOf } from './tar-writer.ts'
import { type ZipFields, zipOf } from './zip-writer.ts'

async function read(bytes: AsyncIterable<Uint8Array>, limits: Limits = defaultLimits) {
  let contents = 0
  const open = () => {
    contents += 1
    return { write() {}, end() {} }
  }
  const before = process.cpuUsage()
  const reading = await decodeObject(bytes, open, { limits })
  const { user, system } = process.cpuUsage(before)
  return { reading, contents, seconds: (user + system) / 1e6, reasons: reading.gaps.map((gap) => gap.reason) }
}

const nest = (levels: number, width: number, inner: Buffer): Buffer => {
  let bytes = inner
  for (let level = 0; level < levels; level++) bytes = zipOf(Array.from({ length: width }, () => ({ data: bytes })))
  return bytes
}

describe('a small archive that unpacks to very much', () => {
  const zeros = Buffer.alloc(2 ** 22)
  test.each([
    { name: 'like 42.zip: six levels of sixteen', bytes: nest(5, 16, zipOf([{ data: zeros }])) },
    { name: 'one entry of zeros', bytes: zipOf([{ data: Buffer.alloc(2 ** 26) }]) },
    { name: 'tar in gzip', bytes: gzipSync(tarOf({ data: Buffer.alloc(2 ** 26) })) },
    { name: 'zip in tar in gzip', bytes: gzipSync(tarOf({ data: nest(3, 40, zeros) })) },
  ])('is left at the limit: $name', async ({ bytes }) => {
    const { reading, reasons, seconds } = await read(inPieces(bytes, [4096]))
    expect(reasons).toContain('limit')
    expect(reading.decodedBytes).toBeLessThan(2 ** 26)
    expect(seconds).toBeLessThan(10)
  })

  test('is left at the stated depth where it holds itself', async () => {
    const { reasons } = await read(inPieces(nest(12, 1, Buffer.from('text')), [4096]))
    expect(reasons).toEqual(['limit'])
  })

  test('is corrupt where entries overlap', async () => {
    const kernel: ZipFields = { data: Buffer.alloc(2 ** 20), name: 'a' }
    const again = (central: Buffer[]) => Array.from({ length: 1000 }, () => central[0]!)
    const { reading, reasons } = await read(inPieces(zipOf([kernel], { order: again }), [4096]))
    expect(reasons).toEqual(['corrupt'])
    expect(reading.decodedBytes).toBeLessThan(2 ** 21)
  })
})

describe('an archive of very many members', () => {
  const count = 10_000
  async function* tarOfMany(data: string | Buffer) {
    const member = tarMember({ name: 'some/name', data })
    const many = Buffer.concat(Array.from({ length: 100 }, () => member))
    for (let at = 0; at < count; at += 100) yield many
    yield tarEnd
  }

  test('is read in time that grows with their number, and its names are one content', async () => {
    const { contents, reasons } = await read(tarOfMany('text'))
    expect(reasons).toEqual([])
    expect(contents).toBe(count + 1)
  })

  test('fills neither memory nor the report with gaps when all of them are damaged', async () => {
    const { reading, reasons } = await read(tarOfMany(gzipSync('text').subarray(0, -1)))
    expect(new Set(reasons)).toEqual(new Set(['truncated']))
    expect(reading.gaps.length).toBeLessThanOrEqual(100)
  })

  test('is scanned with as many contents cut off, and none of them is held until the end', async () => {
    let most = 0
    const open = new Set<object>()
    await decodeObject(tarOfMany(gzipSync('text').subarray(0, -1)), () => {
      const close = () => {
        open.delete(sink)
      }
      const sink = {
        write() {},
        end: close,
        stop: close,
      }
      open.add(sink)
      most = Math.max(most, open.size)
      return sink
    })
    expect(most).toBe(2)
  })

  test('is scanned in memory that does not grow with their number, and every record counts', async () => {
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    async function* watched() {
      for await (const bytes of tarOfMany('text\nmore\n')) {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
        yield bytes
      }
    }
    const { complete, records } = await scanObject(watched(), makeIndex(['1234567890123456789']), () => {})
    expect({ complete, records }).toEqual({ complete: true, records: count * 3 })
    // A matcher holds more than 64 KiB: all of them would be more than a gigabyte.
    expect(most).toBeLessThan(600 * 2 ** 20)
  })
})

test('a name that leads out of the archive leads nowhere', async () => {
  const name = `../../../../../../../../tmp/odv-archive-${process.pid}`
  for (const bytes of [zipOf([{ name, data: 'text' }]), tarOf({ name, data: 'text' })]) {
    const { reasons } = await read(inPieces(bytes, [4096]))
    expect(reasons).toEqual([])
    expect(existsSync(name.slice(name.indexOf('/tmp')))).toBe(false)
  }
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { ReadFailed } from '../../../lib/errors.ts'

const corpus = new URL('../../corpus/', import.meta.url)

describe('a table whose medium fails', () => {
  test.each([
    { name: 'parquet/small-plain', until: 370, delivered: '1000000000000000000\n' },
    { name: 'orc/small', until: 300, delivered: '1000000000000000000\n' },
    { name: 'avro/small', until: 240, delivered: '1000000000000000000\tname-1000000000000000000\n' },
  ])('is delivered as far as it was read, and is a gap: $name', async ({ name, until, delivered }) => {
    const bytes = readFileSync(new URL(`${name}.bin`, corpus))
    async function* failing(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < until; at += 10) yield bytes.subarray(at, Math.min(at + 10, until))
      throw new ReadFailed('medium: expected more bytes')
    }
    const at = { size: bytes.length, read: async (from: number, to: number) => Buffer.from(bytes.subarray(from, to)) }
    let text = ''
    const ended: string[] = []
    const open = (path: readonly string[]) => ({
      write(chunk: Uint8Array) {
        text += Buffer.from(chunk).toString()
      },
      end() {
        ended.push(path.at(-1)!)
      },
    })
    const reading = await decodeObject(failing(), open, { at })
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['read-error'])
    expect(text).toContain(delivered)
    expect(ended).not.toContain('records')
  })
})

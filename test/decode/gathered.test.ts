import { describe, expect, it } from 'vitest'
import { gathered, gatherer } from '../../lib/decode/gathered.ts'

async function* lines(count: number, error?: Error): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at++) yield Buffer.from(`line ${at}\n`)
  if (error !== undefined) throw error
}

const allLines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}\n`).join('')

describe('gathered', () => {
  it('gives the same bytes in few chunks', async () => {
    const chunks: Uint8Array[] = []
    for await (const chunk of gathered(lines(10_000))) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe(allLines(10_000))
    expect(chunks.length).toBeLessThan(10)
  })

  it('gives what came before a failure, and then fails', async () => {
    const chunks: Uint8Array[] = []
    const reading = (async () => {
      for await (const chunk of gathered(lines(10, new Error('cut off')))) chunks.push(chunk)
    })()
    await expect(reading).rejects.toThrow('cut off')
    expect(Buffer.concat(chunks).toString()).toBe(allLines(10))
  })
})

describe('gatherer', () => {
  it('pushes all that was written, in its order, also what is longer than it holds', () => {
    const pushed: string[] = []
    const { write, flush } = gatherer((bytes) => pushed.push(Buffer.from(bytes).toString('latin1')))
    const long = 'x'.repeat(100_000)
    for (const text of ['a', '\n', 'b', long, '', 'c']) write(Buffer.from(text))
    flush()
    flush()
    expect(pushed).toEqual(['a\nb', long, 'c'])
  })
})

import { describe, expect, it } from 'vitest'
import { partLines } from '../../lib/deletion/part-lines.ts'

const collected = () => {
  const parts: Buffer[] = []
  const sink = { write: (bytes: Uint8Array) => void parts.push(Buffer.from(bytes)), end() {} }
  return { sink, text: () => Buffer.concat(parts).toString() }
}
const keep = (reason: string): never => {
  throw new Error(reason)
}

function parting() {
  const [stays, goes] = [collected(), collected()]
  const lines = partLines({ stays: stays.sink, goes: goes.sink }, keep)
  return { ...lines, takeText: (text: string) => lines.take(Buffer.from(text)), stays: stays.text, goes: goes.text }
}

describe('lines of a content that are parted', () => {
  it('go where it is said of each, with their ends, as soon as it is said', async () => {
    const lines = parting()
    lines.takeText('a\r\nb\n\nc')
    for (const [at, goes] of [false, true, false].entries()) lines.settle(at + 1, goes)
    await lines.pass()
    expect([lines.stays(), lines.goes()]).toEqual(['a\r\n\n', 'b\n'])
    lines.takeText('d')
    lines.settle(4, true)
    await lines.end()
    expect([lines.stays(), lines.goes()]).toEqual(['a\r\n\n', 'b\ncd'])
  })

  it.each([
    ['of another line than the next one', [2]],
    ['of a line twice', [1, 1]],
    ['of a line less', [1, 3]],
  ])('are given up where it is said %s', (_, settled) => {
    const lines = parting()
    lines.takeText('a\nb\nc\n')
    expect(() => settled.forEach((line) => void lines.settle(line, true))).toThrow('its lines are not told apart')
  })

  it('are given up where it is said of one that has not ended yet', async () => {
    const lines = parting()
    lines.takeText('a\nb')
    lines.settle(1, true)
    lines.settle(2, true)
    await expect(lines.pass()).rejects.toThrow('its lines are not told apart')
  })

  it('are given up where nothing is said of the last one, or something of one more', async () => {
    const less = parting()
    less.takeText('a\nb')
    less.settle(1, true)
    await expect(less.end()).rejects.toThrow('its lines are not told apart')
    const more = parting()
    more.takeText('a\n')
    more.settle(1, true)
    more.settle(2, false)
    await expect(more.end()).rejects.toThrow('its lines are not told apart')
  })
})

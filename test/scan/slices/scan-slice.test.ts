import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ReadFailed } from '../../../lib/errors.ts'
import { defaultForms } from '../../../lib/scan/forms/form-names.ts'
import { type PlacedOccurrence, scanObject } from '../../../lib/scan/scan-object.ts'
import { contextsOf, scanSlice } from '../../../lib/scan/slices/scan-slice.ts'
import { inPieces } from '../../decode/collect.ts'
import { bgzfBlock } from '../../decode/compression/bgzf-block.ts'
import { makeIndex } from '../../subject-index/make-index.ts'

const index = makeIndex(['bob.smith@example.org', '1234567890123'])
const filler = 'just a line of some text, again and again\n'.repeat(200)

const readOf = (bytes: Uint8Array, failsFrom = Number.POSITIVE_INFINITY) =>
  async function* ({ from, to }: { from: number; to: number }) {
    yield* inPieces(bytes.subarray(from, Math.min(to, failsFrom)), [700])
    if (to > failsFrom) throw new ReadFailed('medium: expected more bytes')
  }

const { context } = contextsOf(index, defaultForms, 0)

/** Lines of base64 of bytes without any order. */
const random = Buffer.concat(Array.from({ length: 50 }, (_, n) => createHash('sha256').update(`${n}`).digest()))
const encoded = random.toString('base64').replace(/.{64}/g, '$&\n')

/** Where a line of it ends, with too little before it and behind it. */
const half = 17 * 65

/** `behind`: so much text from an edge on still belongs to the slice before it. */
const layouts = [
  { name: 'text', behind: 0, store: (texts: string[]) => Buffer.from(texts.join('')) },
  {
    name: 'blocks of BGZF',
    behind: context,
    store: (texts: string[]) => Buffer.concat(texts.map((text) => bgzfBlock(Buffer.from(text)))),
  },
]

describe.each(layouts)('slices of $name', ({ store, behind }) => {
  it('have the gap of a whole where what is hidden in text is too short on either side of an edge', async () => {
    const text = filler + filler + encoded + filler
    const cut = 2 * filler.length + half - behind
    const bytes = store([text.slice(0, 1000), text.slice(1000, cut), text.slice(cut)])
    const edge = bytes.length - store([text.slice(cut)]).length
    const whole = await scanObject(inPieces(bytes, [1000]), index, () => {})
    expect(whole.gaps.map(({ reason, offset }) => [reason, offset])).toEqual([['opaque', 2 * filler.length]])
    const gaps = []
    for (const slice of [
      { from: 0, to: edge },
      { from: edge, to: bytes.length },
    ]) {
      const scan = await scanSlice(readOf(bytes), slice, bytes.length, index, () => {}, { line: 0 })
      if ('gaps' in scan) gaps.push(...scan.gaps)
    }
    expect(gaps).toEqual(whole.gaps)
  })

  it('take controls for nobody', async () => {
    const controls = index.controls.map(({ text }) => `${text} ${encodeURIComponent(text)}\n`).join('')
    const bytes = store([filler, controls, filler, `${filler}bob.smith@example.org`])
    const seen: PlacedOccurrence[] = []
    for (const [from, to] of [
      [0, bytes.length >> 1],
      [bytes.length >> 1, bytes.length],
    ] as const)
      await scanSlice(readOf(bytes), { from, to }, bytes.length, index, (each) => seen.push(each), { line: 0 })
    expect(seen.map(({ ordinal }) => ordinal)).toEqual([index.ordinalOf('email', 'bob.smith@example.org')])
  })

  it('have a gap wherever the medium fails in what is read of them: in their bytes, before and behind', async () => {
    const bytes = store(Array.from({ length: 20 }, () => filler))
    const edge = bytes.length >> 1
    for (const failsFrom of [0, 100, edge - 300, edge, edge + 1]) {
      const scan = await scanSlice(readOf(bytes, failsFrom), { from: 0, to: edge }, bytes.length, index, () => {})
      expect('gaps' in scan ? scan.gaps : 'gap' in scan && [scan.gap]).toMatchObject([{ reason: 'read-error' }])
    }
    const fault = new Error('store: gone')
    const broken = async function* () {
      yield* []
      throw fault
    }
    await expect(scanSlice(broken, { from: 0, to: edge }, bytes.length, index, () => {})).rejects.toBe(fault)
  })
})

it('what is declared to be compressed is read from its beginning, whatever it looks like', async () => {
  for (const { store } of layouts) {
    const bytes = store([filler, filler])
    for (const from of [0, 100]) {
      const slice = { from, to: bytes.length }
      const scan = await scanSlice(readOf(bytes), slice, bytes.length, index, () => {}, { declared: 'brotli' })
      expect(scan).toEqual({ kind: 'container' })
    }
  }
})

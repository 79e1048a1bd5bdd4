import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Gap } from '../../../lib/decode/unverified.ts'
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
  /** A text as it is stored, and where its second slice begins for this place in the text. */
  function cutAt(text: string, place: number): [bytes: Buffer, edge: number] {
    const from = place - behind
    const bytes = store([text.slice(0, 1000), text.slice(1000, from), text.slice(from)])
    return [bytes, bytes.length - store([text.slice(from)]).length]
  }

  /** What is found in all of it, or in its slices around an edge: places count from where the text begins. */
  async function scanned(bytes: Buffer, edge?: number) {
    const found: number[] = []
    if (edge === undefined) {
      const { gaps } = await scanObject(inPieces(bytes, [1000]), index, ({ offset }) => found.push(offset))
      return { found, gaps }
    }
    const gaps: Gap[] = []
    let decoded = 0
    for (const [from, to] of [
      [0, edge],
      [edge, bytes.length],
    ] as const) {
      const before = behind === 0 ? 0 : decoded
      const see = ({ offset }: PlacedOccurrence) => found.push(before + offset)
      const scan = await scanSlice(readOf(bytes), { from, to }, bytes.length, index, see, { line: 0 })
      if (!('gaps' in scan)) throw new Error(`expected a slice that is read, got ${scan.kind}`)
      gaps.push(...scan.gaps.map((gap) => ({ ...gap, offset: before + gap.offset })))
      decoded += scan.decodedBytes
    }
    return { found, gaps }
  }

  it.each([
    ['more text', filler],
    ['nothing', ''],
  ])(
    'have the gap of a whole where what is hidden in text is too short on either side of an edge, with %s behind it',
    async (_, rest) => {
      const text = filler + filler + encoded + rest
      const [bytes, edge] = cutAt(text, 2 * filler.length + half)
      const whole = await scanned(bytes)
      expect(whole.gaps.map(({ reason, offset }) => [reason, offset])).toEqual([['opaque', 2 * filler.length]])
      expect(await scanned(bytes, edge)).toEqual(whole)
    },
  )

  it('find what reaches over an edge once, and nobody in what goes on behind it', async () => {
    const written = ['7,123,456,789,012,3', '9,1,234,567,890,123', 'bob.smi=\nth@example.org', '1,234,567,890,123']
    for (const [at, text] of written.entries())
      for (let place = 0; place <= text.length; place++) {
        const [bytes, edge] = cutAt(`${filler}${filler}${text}\n${filler}`, 2 * filler.length + place)
        const whole = await scanned(bytes)
        expect(whole.found).toHaveLength(at < 2 ? 0 : 1)
        expect(await scanned(bytes, edge)).toEqual(whole)
      }
  })

  it('are text with blocks of zeros, as a whole is', async () => {
    const text = `${filler}${filler}\0${'\0'.repeat(5000)}1234567890123\n${filler}`
    const [bytes, edge] = cutAt(text, filler.length + 300)
    const whole = await scanned(bytes)
    expect(whole).toEqual({ found: [2 * filler.length + 5001], gaps: [] })
    expect(await scanned(bytes, edge)).toEqual(whole)
    const [ofTwo, within] = cutAt(text, 2 * filler.length + 5000)
    expect((await scanned(ofTwo, within)).gaps).toMatchObject([{ reason: 'not-text' }])
  })

  it('have the gap of a whole where digits of a number may be gone, and where fields are glued together', async () => {
    const rows = Array.from(
      { length: 600 },
      (_, n) => `${n + 1000}${n === 450 ? 'bob.smith@example.org' : `ann${n}@example.net`}`,
    )
    for (const [text, reason] of [
      [`${filler}${filler}${filler}1.23457e+12\n`, 'lossy-number'],
      [rows.map((row) => `${row.padEnd(40)}\n`).join(''), 'fixed-width'],
    ] as const) {
      const [bytes, edge] = cutAt(text, text.length >> 1)
      const whole = await scanned(bytes)
      expect(whole.gaps.map((gap) => gap.reason)).toEqual([reason])
      expect(await scanned(bytes, edge)).toEqual(whole)
    }
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

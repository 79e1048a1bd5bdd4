import { describe, expect, it } from 'vitest'
import { EvidenceConflict, InputInvalid } from '../../lib/errors.ts'
import type { Ledger, LogEntry, LogHead } from '../../lib/ports.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const emptyRoot = new Uint8Array(Buffer.from('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex'))

/** A head that the ledger need not understand: it compares, it does not compute. */
const headOf = (size: number, mark = 'root'): LogHead => ({
  size,
  root: bytes(`${mark} ${size}`),
  frontier: Array.from({ length: size % 3 }, (_, n) => bytes(`subtree ${n} of ${size}`)),
})

const entryOf = (seq: number, identity = `identity ${seq}`): LogEntry => ({
  seq,
  identity,
  leaf: bytes(`leaf of ${identity}`),
  envelope: bytes(`envelope of ${identity}`),
})

const reserve = (ledger: Ledger, identity: string) =>
  ledger.reserve(identity, 'claim', bytes(`envelope of ${identity}`))

/** Reserves and appends entries `from` to `to` in one go. */
async function grow(ledger: Ledger, to: number): Promise<void> {
  const head = await ledger.head()
  const entries = Array.from({ length: to - head.size }, (_, n) => entryOf(head.size + n))
  for (const { identity } of entries) await reserve(ledger, identity)
  expect(await ledger.append(head, entries, headOf(to))).toBe('appended')
}

const snapshot = async (ledger: Ledger) => ({
  head: await ledger.head(),
  entries: await Array.fromAsync(ledger.entries(0, 1000)),
  checkpoints: await ledger.checkpoints(),
})

export function ledgerContract(name: string, make: () => Promise<Ledger>): void {
  describe(`${name} as a ledger`, () => {
    it('begins with the empty tree', async () => {
      const ledger = await make()
      expect(await ledger.head()).toEqual({ size: 0, root: emptyRoot, frontier: [] })
      expect(await Array.fromAsync(ledger.entries(0, 10))).toEqual([])
      expect(await ledger.checkpoints()).toEqual([])
    })

    it('keeps the first reservation of an identity and returns it ever after', async () => {
      const ledger = await make()
      const first = { identity: 'a', claim: 'claim', envelope: bytes('first') }
      expect(await ledger.find('a')).toBeUndefined()
      expect(await ledger.reserve('a', 'claim', bytes('first'))).toEqual(first)
      expect(await ledger.reserve('a', 'another claim', bytes('second'))).toEqual(first)
      expect(await ledger.find('a')).toEqual(first)
    })

    it('gives a reservation another envelope as long as it has no entry and nobody was faster', async () => {
      const ledger = await make()
      await reserve(ledger, 'a')
      const stale = bytes('envelope of a')
      const first = { identity: 'a', claim: 'claim', envelope: bytes('first') }
      expect(await ledger.renew('a', stale, bytes('first'))).toEqual(first)
      expect(await ledger.renew('a', stale, bytes('second'))).toEqual(first)
      expect(await ledger.find('a')).toEqual(first)
      expect(await ledger.reserve('a', 'claim', stale)).toEqual(first)
      await expect(ledger.renew('b', stale, bytes('first'))).rejects.toThrow(EvidenceConflict)
      const head = await ledger.head()
      const stalely = ledger.append(head, [{ ...entryOf(0, 'a'), envelope: stale }], headOf(1))
      await expect(stalely).rejects.toThrow(EvidenceConflict)
      await ledger.append(head, [{ ...entryOf(0, 'a'), envelope: first.envelope }], headOf(1))
      const logged = { ...first, seq: 0 }
      expect(await ledger.renew('a', first.envelope, bytes('second'))).toEqual(logged)
      expect(await Array.fromAsync(ledger.entries(0, 1))).toMatchObject([{ envelope: first.envelope }])
    })

    it('appends entries, moves the head and tells each reservation its place', async () => {
      const ledger = await make()
      await grow(ledger, 2)
      await grow(ledger, 5)
      expect(await ledger.head()).toEqual(headOf(5))
      expect(await Array.fromAsync(ledger.entries(0, 5))).toEqual([0, 1, 2, 3, 4].map((seq) => entryOf(seq)))
      expect(await Array.fromAsync(ledger.entries(1, 3))).toEqual([entryOf(1), entryOf(2)])
      expect(await Array.fromAsync(ledger.entries(4, 99))).toEqual([entryOf(4)])
      expect(await ledger.find('identity 3')).toMatchObject({ seq: 3 })
    })

    it('hands out a long log in order', async () => {
      const ledger = await make()
      for (const size of [40, 80, 120, 160, 200, 240, 280, 320, 360, 400, 440, 480, 520, 560, 600])
        await grow(ledger, size)
      const seqs = (await Array.fromAsync(ledger.entries(0, 600))).map(({ seq }) => seq)
      expect(seqs).toEqual(Array.from({ length: 600 }, (_, seq) => seq))
    })

    const stale: { name: string; expected: LogHead; entries: LogEntry[]; next: LogHead }[] = [
      { name: 'the size has moved', expected: headOf(1), entries: [entryOf(1, 'new')], next: headOf(2) },
      { name: 'the root is another one', expected: headOf(2, 'fork'), entries: [entryOf(2, 'new')], next: headOf(3) },
      {
        name: 'only the size is another one',
        expected: { ...headOf(2), size: 3 },
        entries: [entryOf(3, 'new')],
        next: headOf(4),
      },
      { name: 'an identity is in the log', expected: headOf(2), entries: [entryOf(2, 'identity 0')], next: headOf(3) },
      {
        name: 'the last of several identities is in the log',
        expected: headOf(2),
        entries: [entryOf(2, 'new'), entryOf(3, 'identity 1')],
        next: headOf(4),
      },
    ]
    for (const { name, expected, entries, next } of stale)
      it(`changes nothing and says moved when ${name}`, async () => {
        const ledger = await make()
        await grow(ledger, 2)
        await reserve(ledger, 'new')
        const before = await snapshot(ledger)
        expect(await ledger.append(expected, entries, next)).toBe('moved')
        expect(await snapshot(ledger)).toEqual(before)
        expect(await ledger.find('new')).not.toHaveProperty('seq')
      })

    const wrong: { name: string; entries: LogEntry[]; next: LogHead; error: new (message: string) => Error }[] = [
      { name: 'a gap', entries: [entryOf(3, 'new')], next: headOf(4), error: InputInvalid },
      { name: 'a number that is taken', entries: [entryOf(1, 'new')], next: headOf(3), error: InputInvalid },
      { name: 'a head of another size', entries: [entryOf(2, 'new')], next: headOf(4), error: InputInvalid },
      {
        name: 'an identity never reserved',
        entries: [entryOf(2, 'stranger')],
        next: headOf(3),
        error: EvidenceConflict,
      },
    ]
    for (const { name, entries, next, error } of wrong)
      it(`refuses ${name} and changes nothing`, async () => {
        const ledger = await make()
        await grow(ledger, 2)
        await reserve(ledger, 'new')
        const before = await snapshot(ledger)
        await expect(ledger.append(headOf(2), entries, next)).rejects.toThrow(error)
        expect(await snapshot(ledger)).toEqual(before)
        expect(await ledger.find('new')).not.toHaveProperty('seq')
      })

    it('lets exactly one of many appenders at once win', async () => {
      const ledger = await make()
      const head = await ledger.head()
      const appended = await Promise.all(
        Array.from({ length: 10 }, async (_, n) => {
          await reserve(ledger, `writer ${n}`)
          return ledger.append(head, [entryOf(0, `writer ${n}`)], headOf(1, `writer ${n}`))
        }),
      )
      expect(appended.toSorted()).toEqual(['appended', ...Array(9).fill('moved')])
      const winner = appended.indexOf('appended')
      expect(await ledger.head()).toEqual(headOf(1, `writer ${winner}`))
      expect(await Array.fromAsync(ledger.entries(0, 10))).toEqual([entryOf(0, `writer ${winner}`)])
    })

    it('says moved when an append is repeated whose answer was lost', async () => {
      const ledger = await make()
      const head = await ledger.head()
      await reserve(ledger, 'a')
      expect(await ledger.append(head, [entryOf(0, 'a')], headOf(1))).toBe('appended')
      expect(await ledger.append(head, [entryOf(0, 'a')], headOf(1))).toBe('moved')
      expect(await ledger.find('a')).toMatchObject({ seq: 0 })
    })

    it('keeps one checkpoint a size', async () => {
      const ledger = await make()
      await ledger.addCheckpoint(12, 'twelve')
      await ledger.addCheckpoint(2, 'two')
      await ledger.addCheckpoint(12, 'twelve')
      await expect(ledger.addCheckpoint(2, 'another two')).rejects.toThrow(EvidenceConflict)
      expect(await ledger.checkpoints()).toEqual([
        { size: 2, note: 'two' },
        { size: 12, note: 'twelve' },
      ])
    })
  })
}

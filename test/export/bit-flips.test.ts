import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BundleInvalid } from '../../lib/errors.ts'
import { companionVersion } from '../../lib/export/report/companions.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { verifyText } from '../../lib/export/verify-text.ts'
import { originOf } from '../../lib/log/origin.ts'
import { refusalOf } from '../support/refusal-of.ts'
import {
  type Files,
  failedRun,
  pinsOf,
  sampleBundle,
  sampleKeys,
  sampleLog,
  withList,
  withManifest,
} from '../support/sample-bundle.ts'
import { someOf } from '../support/some-of.ts'

const keys = sampleKeys()
const { files } = sampleBundle(keys)

/** One attestation in a log of two, and one older checkpoint: every kind of file, and few bits. */
const smallLog = sampleLog(keys)
failedRun(smallLog, 'run-0')
smallLog.checkpoint()
failedRun(smallLog, 'run-1')
smallLog.checkpoint()
const small = withSmallPrograms(smallLog.bundle(({ seq }) => seq === 1))

/** Programs of a few bytes, since every flip hashes all files. */
function withSmallPrograms(bundle: Files): Files {
  const programs = { verifyScript: Buffer.from('//\n'), verifyLogScript: Buffer.from('#\n') }
  const [attestationKey, logKey] = pinsOf(keys) as [string, string]
  const chains = { attestation: [{ pem: attestationKey }], log: [{ pem: logKey }] }
  const text = verifyText({ chains, origin: originOf(logKey), ...programs, companionVersion })
  const changed = new Map([...bundle, ['tools/verify.mjs', programs.verifyScript] as const])
  return withManifest(changed.set('tools/verify-log.py', programs.verifyLogScript).set('VERIFY.md', Buffer.from(text)))
}

const names = new Set(verifyBundle(small).checks.map(({ name }) => name))

/** Flips one bit at a time, verifies, and flips it back. Gives what refused each flip. */
function refusals(bundle: Files, path: string, bits: (offset: number) => number[], prepare = (files: Files) => files) {
  const body = new Uint8Array(bundle.get(path)!)
  const flipped = new Map([...bundle, [path, body] as const])
  const flips = [...body.keys()].flatMap((offset) => bits(offset).map((bit) => ({ offset, bit })))
  return someOf(6, flips).map(({ offset, bit }) => {
    body[offset]! ^= 1 << bit
    const refusal = refusalOf(() => verifyBundle(prepare(flipped)))
    body[offset]! ^= 1 << bit
    return refusal
  })
}

const allBits = () => [0, 1, 2, 3, 4, 5, 6, 7]
/** Each byte once, another bit in each; of texts that are compared as a whole, every third byte, and of programs few. */
const oneBit = (offset: number) => [offset % 8]
const someBits = (offset: number) => (offset % 3 === 0 ? [offset % 8] : [])
const everyNth = (step: number) => (offset: number) => (offset % step === 0 ? [offset % 8] : [])
const fewBits = everyNth(97)
const bitsOf = (length: number) =>
  [allBits, oneBit, someBits, fewBits][Number(length > 180) + Number(length > 5000) + Number(length > 10_000)]!
/** What follows from other files is compared as a whole, so that a bit in so many bytes will do; schemas are long and alike. */
const stepOf = (path: string) => {
  if (path === 'MANIFEST.sha256') return undefined
  if (path.startsWith('schemas/')) return 1499
  return /^[^/]*$|^tools\/|\.sigstore\.json$/.test(path) ? 97 : undefined
}
const derivedBits = (path: string) => {
  const step = stepOf(path)
  return step === undefined ? undefined : everyNth(step)
}

describe('every bit of a bundle counts', () => {
  it('any one that is flipped in any file is refused by a named check', () => {
    const refused = [...small.keys()].flatMap((path) => refusals(small, path, derivedBits(path) ?? allBits))
    const bits = [...small].map(([path, { length }]) => Math.ceil(length / (stepOf(path) ?? 1 / 8)))
    const taken = bits.map((count) => someOf(6, Array.from({ length: count })).length)
    expect(refused.length).toBe(taken.reduce((sum, count) => sum + count))
    expect(new Set(refused)).toEqual(new Set(['manifest']))
  })

  it.each([...small.keys()].filter((path) => path !== 'MANIFEST.sha256'))(
    'one that is flipped in %s is refused also when the manifest is made to fit',
    (path) => {
      const madeToFit = path === 'leak-gate.json' ? withList : withManifest
      const refused = refusals(small, path, derivedBits(path) ?? bitsOf(small.get(path)!.length), madeToFit)
      expect([...new Set(refused)].filter((check) => !names.has(check as string) || check === 'manifest')).toEqual([])
    },
  )

  it('so is any one in a bundle with every phase, taken at random', () => {
    const anywhere = fc
      .constantFrom(...[...files.keys()].filter((path) => path !== 'MANIFEST.sha256'))
      .chain((path) => fc.tuple(fc.constant(path), fc.nat(files.get(path)!.length * 8 - 1)))
    fc.assert(
      fc.property(anywhere, ([path, bit]) => {
        const body = new Uint8Array(files.get(path)!)
        body[bit >> 3]! ^= 1 << (bit & 7)
        const madeToFit = path === 'leak-gate.json' ? withList : withManifest
        const refused = refusalOf(() => verifyBundle(madeToFit(new Map([...files, [path, body] as const]))))
        return names.has(refused as string) && refused !== 'manifest'
      }),
      { numRuns: 250 },
    )
  })
})

describe('anything at all that is called a bundle', () => {
  const anyFile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(...files.values()),
    fc.json().map((text) => new Uint8Array(Buffer.from(text))),
  )

  it('is refused by a named check or holds, and never breaks the verifier', () => {
    const change = fc.tuple(fc.constantFrom(...files.keys()), fc.option(anyFile, { nil: undefined }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, isFitting) => {
        const changed: Files = new Map(files)
        for (const [path, body] of changes) {
          if (body === undefined) changed.delete(path)
          else changed.set(path, body)
        }
        try {
          const accepted = isFitting ? withManifest(changed) : changed
          verifyBundle(accepted)
          const kept = [...accepted].filter(([path]) => path !== 'MANIFEST.sha256')
          return kept.every(([path, body]) => Buffer.from(body).equals(files.get(path)!))
        } catch (error) {
          return error instanceof BundleInvalid && names.has(error.check)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('is refused when its paths are anything', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 30 }), fc.uint8Array({ maxLength: 30 })), (any) => {
        return refusalOf(() => verifyBundle(new Map(Object.entries(any)))) === 'layout'
      }),
    )
  })
})

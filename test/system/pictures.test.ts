import { expect, it } from 'vitest'
import { parseEnvelope } from '../../lib/attestation/envelope.ts'
import { parseStatement } from '../../lib/attestation/statement.ts'
import type { Ports } from '../../lib/ports.ts'
import { sampleFormats } from '../../lib/scan/controls/sample-formats.ts'
import { zipSample } from '../../lib/scan/controls/samples/zip-sample.ts'
import { inSlicesOf, openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred } from '../support/sample-files.ts'

/** What a picture shows nobody reads: it is clean only where somebody has said that this may be, and then the statements say so. */

const formats = ['png', 'gif', 'jpeg', 'webp', 'heif', 'tiff', 'bmp']
const picture = (format: string, text: Uint8Array) => sampleFormats[format]!.wrap(text)
const clean = Buffer.from(jsonRecords(numbers(20).map((n) => somebodyElse(n))))
const withOne = Buffer.from(jsonRecords(numbers(20).map((n) => (n === 14 ? transferred(3) : somebodyElse(n)))))
const all = (text: Uint8Array) => Object.fromEntries(formats.map((format) => [`a.${format}`, picture(format, text)]))
const said = 'What pictures show was not looked at'

async function runOver(files: Record<string, Uint8Array>, picturesMayBeClean: boolean | undefined, bytes?: number) {
  const at = await openStore(files, picturesMayBeClean === undefined ? {} : { picturesMayBeClean })
  let ports: Ports
  const told = new Map<string, boolean>()
  const run = await at.run({
    ...(bytes !== undefined && { call: inSlicesOf(bytes) }),
    wrap: (given) => (ports = given),
    after: async ({ task }) => {
      if (task !== 'sign-checkpoint') return
      for await (const { envelope } of ports.ledger.entries(0, 100)) {
        const { predicate } = parseStatement(parseEnvelope(envelope).payload)
        told.set(
          predicate.phase,
          predicate.limitations.some((each) => each.startsWith(said)),
        )
      }
    },
  })
  return { ...run, told, coverage: (await run.coverage(0))! }
}

it.each([undefined, false])('a picture is not clean where nobody has said that it may be (%s)', async (may) => {
  const { store, why, coverage, told } = await runOver(all(clean), may)
  expect([store, why]).toEqual(['incomplete', `picture: ${formats.length} object versions`])
  expect(coverage.unverified).toMatchObject([{ reason: 'picture', versions: formats.length }])
  expect([...told.values()]).not.toContain(true)
})

it('one in which nobody is named is clean where somebody has said so, and the statements about its store say that', async () => {
  const { store, told } = await runOver(all(clean), true)
  expect(store).toBe('verified')
  expect([told.get('scan'), told.get('verification')]).toEqual([true, true])
})

it('whoever is named in what it holds beside that is found in either case', async () => {
  for (const may of [true, false]) {
    const { store, coverage } = await runOver(all(withOne), may)
    expect(store).toBe('residual')
    expect(coverage.found.versions).toBe(formats.length)
    expect(coverage.foundPartly).toBe(may ? 0 : formats.length)
  }
})

it('the same holds of pictures in an archive, also of one that is read in slices', async () => {
  for (const bytes of [undefined, 100])
    for (const may of [true, false]) {
      const { store, why } = await runOver({ 'all.zip': zipSample(picture('png', clean)) }, may, bytes)
      expect([store, why]).toEqual(may ? ['verified', ''] : ['incomplete', 'picture: 1 object version'])
    }
})

it('what stands behind a picture, or is cut off from it, is never clean', async () => {
  const files = Object.entries(all(clean)).flatMap(([name, bytes]) => [
    [`behind-${name}`, Buffer.concat([bytes, Uint8Array.of(0, 1, 2, 3, 255)])],
    [`cut-${name}`, bytes.subarray(0, bytes.length - 1)],
  ])
  const { store, coverage } = await runOver(Object.fromEntries(files), true)
  expect([store, coverage.clean.versions]).toEqual(['incomplete', 0])
})

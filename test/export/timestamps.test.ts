import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { LeftOutTimestamp } from '../../lib/export/left-out.ts'
import { verifyScript } from '../../lib/export/tools/generated.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { certificateFingerprint, parseCertificates } from '../../lib/timestamp/certificate.ts'
import type { KeptTimestamp } from '../../lib/timestamp/kept-timestamp.ts'
import { refusalOf } from '../support/refusal-of.ts'
import {
  type Files,
  pinsOf,
  sampleBundle,
  sampleKeys,
  textIn,
  withEverything,
  withFile,
  withManifest,
} from '../support/sample-bundle.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { type TimestampAuthority, timestampAuthority, withoutOpenssl } from '../support/timestamp-authority.ts'

const keys = sampleKeys()
const { log, older, newest, files: plain } = sampleBundle(keys)
const size = log.entries.length
const path = `timestamps/${size}.own.tsr`

let authority: TimestampAuthority
let stranger: TimestampAuthority
let own: KeptTimestamp
let files: Files
let certificatePath: string
const stampedBy = (by: TimestampAuthority, name: string, note: string, of: number): KeptTimestamp => ({
  ...{ size: of, authority: name, certificate: by.certificate('root') },
  response: by.stamp(Buffer.from(note)),
})
const leftOut: LeftOutTimestamp[] = [
  { size: 1, authority: 'gone', reason: 'unreadable' },
  { size, authority: 'gone', reason: 'unproven' },
]
const bundleWith = (...timestamps: KeptTimestamp[]) => log.bundle(({ seq }) => seq > 0, timestamps)

beforeAll(() => {
  if (withoutOpenssl) return
  authority = timestampAuthority()
  stranger = timestampAuthority({ name: 'stranger' })
  own = stampedBy(authority, 'own', newest, size)
  files = bundleWith(stampedBy(authority, 'own', older, 1), own)
  certificatePath = `timestamps/authorities/${certificateFingerprint(parseCertificates(own.certificate)[0]!)}.pem`
})

const refusal = (given: Files, pinnedAuthorities: string[] = []) =>
  refusalOf(() => verifyBundle(given, { pinnedKeys: pinsOf(keys), pinnedAuthorities }))

/** The commands of VERIFY.md, typed in the directory of a bundle. */
function typed(given: Files): string[] {
  const directory = scratchDirectory()
  for (const [each, body] of given) {
    mkdirSync(dirname(join(directory, each)), { recursive: true })
    writeFileSync(join(directory, each), body)
  }
  const blocks = [...textIn(given, 'VERIFY.md').matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block!)
  const block = blocks.filter((each) => each.includes('openssl ts')).join('\n')
  const { stdout, stderr } = spawnSync('bash', ['-c', block], { cwd: directory, encoding: 'utf8' })
  return [...stdout.split('\n'), ...stderr.split('\n')].filter(Boolean)
}

describe.skipIf(withoutOpenssl)('a bundle with timestamps', () => {
  it('holds, and says when each checkpoint was seen by whom', () => {
    const { timestamps } = verifyBundle(files, { pinnedKeys: pinsOf(keys) })
    expect(timestamps!.map(({ size, authority, pinned }) => [size, authority, pinned])).toEqual([
      [1, 'own', false],
      [size, 'own', false],
    ])
    const { checks } = verifyBundle(files, { pinnedAuthorities: [own.certificate] })
    expect(checks).toContainEqual({ name: 'timestamp', count: 2 })
    expect(textIn(files, 'report.html')).toContain('Timestamps')
    expect(textIn(files, 'custody.csv')).toContain(`timestamp,,"checkpoint of ${size} entries"`)
  })

  it('has what one without has, which verifies as before, and nothing is asked of that', () => {
    const { timestamps, checks } = verifyBundle(plain)
    expect([timestamps, checks.find(({ name }) => name === 'timestamp')]).toEqual([undefined, undefined])
    expect(textIn(plain, 'VERIFY.md')).not.toContain('openssl ts')
  })

  it('does not vouch for its own authorities: a pinned one has to be among them, others are said not to be', () => {
    const foreign = bundleWith(stampedBy(stranger, 'own', newest, size))
    expect(refusal(foreign)).toBe('accepted')
    expect(refusal(foreign, [own.certificate])).toBe('timestamp')
    expect(refusal(plain, [own.certificate])).toBe('timestamp')
    const both = bundleWith(own, stampedBy(stranger, 'other', newest, size))
    const { timestamps } = verifyBundle(both, { pinnedAuthorities: [own.certificate] })
    expect(timestamps!.map((each) => [each.authority, each.pinned])).toEqual([
      ['other', false],
      ['own', true],
    ])
  })

  const cases: { what: string; given: () => Files }[] = [
    {
      what: 'a timestamp of another checkpoint',
      given: () => withFile(files, path, files.get('timestamps/1.own.tsr')),
    },
    { what: 'a timestamp of no checkpoint of it', given: () => withFile(files, 'timestamps/3.own.tsr', own.response) },
    {
      what: 'a certificate of somebody else',
      given: () => withFile(files, certificatePath, stranger.certificate('root')),
    },
    { what: 'no certificate', given: () => withFile(files, certificatePath) },
    {
      what: 'a certificate besides',
      given: () => {
        const [other] = parseCertificates(stranger.certificate('root'))
        return withFile(
          files,
          `timestamps/authorities/${certificateFingerprint(other!)}.pem`,
          stranger.certificate('root'),
        )
      },
    },
    {
      what: 'a certificate with words around it',
      given: () => withFile(files, certificatePath, `words\n${own.certificate}`),
    },
    { what: 'a cut-off timestamp', given: () => withFile(files, path, own.response.subarray(0, -1)) },
  ]
  it.each(cases)('does not hold with $what', ({ given }) => {
    expect(refusal(withEverything(given()))).toBe('timestamp')
  })

  it('does not hold when one is taken away without the rest, or is called something else', () => {
    expect(refusal(withFile(files, path))).toBe('companions')
    expect(refusal(withFile(files, 'timestamps/x.own.tsr', own.response))).toBe('layout')
  })

  it('does not hold with a statement that says it was made later than the timestamp', () => {
    const future = sampleBundle(keys, {
      forge: ({ statement, model }) => {
        const times = { ...statement.predicate.times, statementCreatedAt: '2099-01-01T00:00:00.000Z' }
        return { statement: { ...statement, predicate: { ...statement.predicate, times } } as typeof statement, model }
      },
    })
    const late = stampedBy(authority, 'own', future.newest, future.log.entries.length)
    expect(refusal(future.log.bundle(({ seq }) => seq > 0, [late]))).toBe('timestamp')
  })

  it('is refused with any byte of a timestamp or a certificate changed, also when all else is made to fit', () => {
    for (const each of [path, certificatePath]) {
      const body = new Uint8Array(files.get(each)!)
      for (let offset = 0; offset < body.length; offset += 23) {
        body[offset]! ^= 1 << (offset % 8)
        expect(refusal(withManifest(new Map([...files, [each, body]])))).toBe('timestamp')
        body[offset]! ^= 1 << (offset % 8)
      }
    }
  })

  it('is verified as VERIFY.md says, by OpenSSL alone', () => {
    const lines = typed(files)
    expect(lines.filter((line) => line.startsWith('timestamped  ')).length).toBe(2)
    expect(lines.filter((line) => /^NOT|error/i.test(line))).toEqual([])
    const tampered = typed(withFile(files, path, files.get('timestamps/1.own.tsr')))
    expect(tampered).toContain(`NOT TIMESTAMPED  ${path}`)
  })

  it('is verified by the one file that it brings, on the oldest Node.js as well', () => {
    const directory = scratchDirectory()
    for (const [each, body] of files) {
      mkdirSync(dirname(join(directory, each)), { recursive: true })
      writeFileSync(join(directory, each), body)
    }
    const script = join(scratchDirectory(), 'verify.mjs')
    writeFileSync(script, verifyScript)
    const pins = scratchDirectory()
    writeFileSync(join(pins, 'own.pem'), own.certificate)
    writeFileSync(join(pins, 'stranger.pem'), stranger.certificate('root'))
    const keyFiles = (['attestation', 'log'] as const).flatMap((kind) => {
      writeFileSync(join(pins, `${kind}.pem`), keys[kind].publicPem)
      return ['--key', join(pins, `${kind}.pem`)]
    })
    const run = (pem: string) =>
      spawnSync(
        process.env.ODV_NODE_18 ?? process.execPath,
        [script, directory, ...keyFiles, '--authority', join(pins, pem)],
        {
          encoding: 'utf8',
        },
      )
    expect(run('own.pem')).toMatchObject({ status: 0, stdout: expect.stringContaining('by own, pinned') })
    expect(run('stranger.pem')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('DOES NOT HOLD  timestamp'),
    })
  })
})

describe('timestamps that were kept and did not hold', () => {
  const left = log.bundle(({ seq }) => seq > 0, [], leftOut)
  const list = 'timestamps/left-out.json'
  const changed = (change: (text: string) => string) =>
    withEverything(withFile(left, list, Buffer.from(change(textIn(left, list)))))

  it('are said in a bundle that holds, with the reason, in the report as well', () => {
    const summary = verifyBundle(left, { pinnedKeys: pinsOf(keys) })
    expect(summary.leftOut).toEqual(leftOut)
    expect(summary.checks).toContainEqual({ name: 'left-out', count: 2 })
    const shown = textIn(left, 'report.html')
    expect(shown).toContain('2 timestamps that had been kept did not hold')
    expect(shown).toContain(`gone, of the checkpoint of ${size} entries: it does not show that this authority saw`)
    expect(textIn(plain, 'report.html')).not.toContain('Timestamps')
  })

  it('are not believed in another form, of other checkpoints or twice', () => {
    for (const change of [
      (text: string) => text.replace('"size": 1,', '"size": 2,'),
      (text: string) => text.replace('unreadable', 'because'),
      (text: string) => text.replace(`"size": ${size}`, '"size": 1'),
      (text: string) => text.replaceAll('gone', 'Gone'),
      (text: string) => text.replace('"schemaVersion": 1', '"schemaVersion":1'),
    ])
      expect(refusal(changed(change))).toBe('left-out')
    const fewer = withManifest(new Map([...left].filter(([each]) => each !== list)))
    expect(refusal(fewer)).toBe('companions')
  })

  it.skipIf(withoutOpenssl)('are not among those that are there', () => {
    const both = log.bundle(({ seq }) => seq > 0, [own], [{ size, authority: 'own', reason: 'unproven' }])
    expect(refusal(both)).toBe('left-out')
  })
})

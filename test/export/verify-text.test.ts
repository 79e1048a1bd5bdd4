import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it, type TestContext } from 'vitest'
import { attestationKeyFingerprint, logKeyFingerprint } from '../../lib/export/key-fingerprint.ts'
import { verifyText } from '../../lib/export/verify-text.ts'
import { requireTool } from '../support/require-tool.ts'
import { rotatedFiles, tamperedRotations } from '../support/rotated-bundles.ts'
import { type Files, sampleBundle, sampleKeys, textIn, withFile, withManifest } from '../support/sample-bundle.ts'
import { someOf } from '../support/some-of.ts'

const keys = sampleKeys()
const { files } = sampleBundle(keys)
/** Two attestations are enough to find one that is bad. */
const few = withManifest(new Map([...files].filter(([path]) => !/^attestations\/00000[^28]/.test(path))))
const others = sampleBundle(sampleKeys()).files
const text = textIn(files, 'VERIFY.md')
const blocksOf = (bundle: Files) =>
  [...textIn(bundle, 'VERIFY.md').matchAll(/```sh\n(.*?)```/gs)].map((match) => match[1]!)
const blocks = blocksOf(files)

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

/** What a reader without our program sees who types every command of VERIFY.md in the directory of the bundle. */
function typed(bundle: Files, context: TestContext, commands = blocks): { lines: string[]; failed: string[] } {
  for (const tool of ['bash', 'openssl', 'jq', 'sha256sum']) requireTool(context, tool)
  const directory = mkdtempSync(join(tmpdir(), 'odv-verify-'))
  directories.push(directory)
  for (const [path, body] of bundle) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), body)
  }
  const { stdout, stderr } = spawnSync('bash', ['-c', commands.join('\n')], { cwd: directory, encoding: 'utf8' })
  const lines = stdout.split('\n').filter(Boolean)
  return { lines, failed: [...lines.filter((line) => /^NOT|FAILED/.test(line)), ...stderr.split('\n').filter(Boolean)] }
}

const linesOf = (lines: string[], word: string) => lines.filter((line) => line.startsWith(`${word}  `))

describe('VERIFY.md, read by somebody with openssl, jq and sha256sum only', () => {
  it('verifies every attestation, document and checkpoint of a bundle that holds', (context) => {
    const { lines, failed } = typed(files, context)
    expect(failed).toEqual([])
    expect(linesOf(lines, 'whole').length).toBe(2)
    expect(linesOf(lines, 'signed').length).toBe(9 + 2)
    expect(linesOf(lines, 'same').length).toBe(9)
    expect(lines).toContain('verification\trun-1\tsg\tverified\t')
    expect(lines).toContain('verification\trun-1\tie\tincomplete\tencrypted: 1 object version')
    expect(lines).toContain('Replicas inside the provider follow its own timetable.')
  })

  it('prints the fingerprints that it names, computed from the key files', (context) => {
    const { lines } = typed(files, context, blocks.slice(0, 1))
    const printed = [attestationKeyFingerprint(keys.attestation.publicPem), logKeyFingerprint(keys.log.publicPem)]
    expect(lines.map((line) => line.split('  ')[0])).toEqual(printed.map(({ spkiSha256 }) => spkiSha256))
    for (const { openssh, spkiSha256 } of printed) expect(text).toContain(`\`${openssh}\` | \`${spkiSha256}\``)
  })

  it.for(
    someOf(2, [
      {
        what: 'an envelope of somebody else',
        path: 'attestations/000002.dsse.json',
        says: 'NOT SIGNED  attestations/000002.dsse.json',
      },
      { what: 'a checkpoint of somebody else', path: 'log/checkpoint', says: 'NOT SIGNED  log/checkpoint' },
      {
        what: 'an older checkpoint of somebody else',
        path: 'log/checkpoints/1',
        says: 'NOT SIGNED  log/checkpoints/1',
      },
    ]),
  )('finds $what', ({ path, says }, context) => {
    expect(typed(withFile(few, path, others.get(path)), context).failed).toContain(says)
  })

  it('verifies each entry and checkpoint by the key that was in force, and every change by both keys', (context) => {
    const { lines, failed } = typed(rotatedFiles, context, blocksOf(rotatedFiles))
    expect(failed).toEqual([])
    expect(linesOf(lines, 'changed').length).toBe(2)
    expect(linesOf(lines, 'signed').length).toBe(5 + 4)
    expect(linesOf(lines, 'signed by the old key')).toEqual(['signed by the old key  log/checkpoints/4'])
    expect(lines).toContain('key-transition\t\t-\tnot-applicable\t')
  })

  it.for(
    someOf(3, [
      {
        what: 'an attestation by the old key behind its transition',
        says: 'NOT SIGNED  attestations/000002.dsse.json',
      },
      {
        what: 'a transition that a stranger signed in the place of the old key',
        says: 'NOT CHANGED BY BOTH KEYS  attestations/000001.dsse.json',
      },
      {
        what: 'a transition of the log key without the new one',
        says: 'NOT CHANGED BY BOTH KEYS  attestations/000003.dsse.json',
      },
      {
        what: 'a first checkpoint behind the transition that the new key signed alone',
        says: 'NOT SIGNED BY THE OLD KEY  log/checkpoints/4',
      },
    ]),
  )('finds $what', ({ what, says }, context) => {
    const { tampered } = tamperedRotations.find(({ name }) => name === what)!
    expect(typed(tampered(), context, blocksOf(tampered())).failed).toContain(says)
  })

  it('finds another document', (context) => {
    const path = 'attestations/000008.store-report.json'
    const better = textIn(files, path).replace('"encrypted"', '"not-text"')
    expect(typed(withFile(few, path, better), context).failed).toEqual([`NOT THE SAME  ${path}`])
  })

  it('finds a document that is missing', (context) => {
    const path = 'attestations/000008.store-report.json'
    const { failed } = typed(withManifest(new Map([...few].filter(([each]) => each !== path))), context)
    expect(failed).toEqual(['NOT THERE  what attestations/000008.dsse.json is about'])
  })

  it('calls nothing proven where the verifier could not say so', (context) => {
    const block = blocks.find((each) => each.includes('PROOF'))!
    const said = (before: string) => typed(files, context, [before, block]).lines
    expect(said('PROOF=missing.json')).toEqual(['NOT PROVEN  missing.json'])
    expect(said('PROOF=log/checkpoint; node() { return 127; }')).toEqual(['NOT PROVEN  log/checkpoint'])
    expect(said('PROOF=log/checkpoint; node() { echo words; return 2; }')).toEqual(['proven  words'])
    expect(said('PROOF=log/checkpoint; node() { echo words; }')).toEqual(['proven  words'])
  })

  it('is for older bundles what it was', () => {
    const bytes = new Uint8Array()
    const chains = { attestation: [{ pem: keys.attestation.publicPem }], log: [{ pem: keys.log.publicPem }] }
    const of = (companionVersion: number) =>
      hash(
        'sha256',
        verifyText({ chains, origin: 'x', verifyScript: bytes, verifyLogScript: bytes, companionVersion }).replaceAll(
          /[0-9a-f]{64}|SHA256:[^`]+|version 8/g,
          '',
        ),
      )
    expect(of(8)).toBe('b3cef381b3f44304e287626babaddf57b6063d580e7040a3f4abdd8858c813ec')
    expect(of(9)).not.toBe(of(8))
  })

  it('finds damage and a file besides', (context) => {
    const damaged = new Map([...few, ['log/policy', Buffer.from('log x\n')], ['notes.txt', Buffer.from('x')]])
    const { failed } = typed(damaged, context)
    expect(failed).toEqual(expect.arrayContaining(['log/policy: FAILED', 'NOT LISTED']))
  })

  it('runs nothing that the name of the log could smuggle in', () => {
    expect(text.match(/```sh\n.*?```/gs)!.join('')).not.toContain(textIn(files, 'log/checkpoint').split('\n')[0])
  })
})

import { describe, expect, it } from 'vitest'
import { maskDocument, type Trust } from '../../lib/export/leak-gate/mask-document.ts'
import { findingPlaces } from '../../lib/finding/finding.ts'

/** Whether a text of a document is still there once it is masked. */
function isShown(document: unknown, text: string, trust: Trust): boolean {
  const given = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document))
  const masked = Buffer.from(maskDocument(given, trust))
  expect(masked).toHaveLength(given.length)
  return masked.includes(text)
}

const sha256 = '0123456789abcdef'.repeat(4)
const print = `SHA256:${'A1b2'.repeat(10)}C3d`
const spki = 'A1b2'.repeat(20)
const time = '2026-11-23T18:00:00.000Z'
const run = 'run-20261123-180000-12ab34'
const machine = 'arn:aws:states:us-east-1:123456789012:execution:odv-prod-verify-run'
const execution = `${machine}:${run}`

describe('what the leak gate leaves out of its search', () => {
  it.each<{ what: string; document: unknown; text: string; loose?: true }>([
    { what: 'a digest', document: { envelopeSha256: sha256 }, text: sha256, loose: true },
    { what: 'each digest of a build', document: { builds: [sha256, sha256] }, text: sha256, loose: true },
    { what: 'a fingerprint', document: { keyid: print, to: { fingerprint: print } }, text: print, loose: true },
    { what: 'a key of a transition', document: { spki }, text: spki },
    { what: 'an execution of a deployment', document: { execution }, text: 'prod' },
    { what: 'the run that it is', document: { execution }, text: run, loose: true },
    { what: 'what keeps a key', document: { signer: { keyProtection: 'key-file' } }, text: 'key', loose: true },
    { what: 'a time', document: { anything: time }, text: time, loose: true },
    { what: 'a count', document: { anything: 12345678 }, text: '12345678' },
    { what: 'a count that is known', document: { rows: 12345678 }, text: '12345678', loose: true },
    { what: 'the name of a member', document: { bob_w77: 1 }, text: 'bob_w77' },
    { what: 'the name of one that is known', document: { manifestSha256: 1 }, text: 'manifest', loose: true },
    { what: 'a name that we gave', document: { runId: run }, text: run, loose: true },
    { what: 'a reason of ours', document: { reason: 'encrypted' }, text: 'encrypted', loose: true },
    {
      what: 'a word of ours about a version',
      document: { open: [{ detail: 'encrypted' }] },
      text: 'encrypted',
      loose: true,
    },
    { what: 'a container', document: { path: ['tar'] }, text: 'tar' },
    { what: 'a cell', document: { cell: 'C1234567' }, text: 'C1234567' },
    { what: 'a kind of value', document: { valueKind: 'stream' }, text: 'stream' },
    { what: 'a place of a finding', document: { place: findingPlaces[0] }, text: findingPlaces[0]! },
    { what: 'forms', document: { form: 'percent base64' }, text: 'percent base64' },
    { what: 'what a control was in', document: { forms: ['plain/percent/decimal'] }, text: 'plain', loose: true },
  ])('is $what', ({ document, text, loose }) => {
    expect(isShown(document, text, 'strict')).toBe(false)
    expect(isShown(document, text, 'loose')).toBe(loose !== true)
  })

  it.each<{ what: string; document: unknown; text: string }>([
    { what: 'a digest', document: { custodian: sha256 }, text: sha256 },
    { what: 'what is no digest in the place of one', document: { sha256: `${sha256}0` }, text: sha256 },
    { what: 'what is no digest of a build', document: { builds: ['bob_w77'] }, text: 'bob_w77' },
    { what: 'a fingerprint', document: { custodian: print }, text: print },
    { what: 'what is none in the place of one', document: { keyid: `x${print}` }, text: print },
    { what: 'a key', document: { custodian: spki }, text: spki },
    { what: 'what is none in the place of one', document: { spki: 'bob_w77' }, text: 'bob_w77' },
    { what: 'a time in a text', document: { custodian: `x${time}` }, text: time },
    { what: 'a number that is no count', document: { rows: -12345678, more: [1.5] }, text: '-12345678' },
    { what: 'a name that somebody gave a run', document: { execution: `${machine}:bob_w77` }, text: 'bob_w77' },
    { what: 'an execution', document: { custodian: execution }, text: 'prod' },
    { what: 'what is no execution in the place of one', document: { execution: `x${execution}` }, text: 'prod' },
    { what: 'what keeps a key', document: { custodian: 'key-file' }, text: 'key-file' },
    { what: 'what a control was in', document: { custodian: 'plain/percent/decimal' }, text: 'plain/percent/decimal' },
    { what: 'a word that is none of ours', document: { reasons: ['failure: wilhelmina'] }, text: 'wilhelmina' },
    { what: 'a count where nobody counts', document: { protection: '12345678 bytes' }, text: '12345678' },
    { what: 'a place where none is told', document: { reasons: ['byte 12345678: x'] }, text: '12345678' },
    { what: 'anything in the place of what keeps a key', document: { keyProtection: 'key' }, text: 'key' },
    { what: 'a number in quotes', document: { rows: '12345678' }, text: '12345678' },
    { what: 'a name that we gave', document: { custodian: run }, text: run },
    { what: 'a part of a name', document: { runId: `x${run}` }, text: run },
    { what: 'a word of ours', document: { custodian: 'encrypted' }, text: 'encrypted' },
    { what: 'one about an exception', document: { exceptions: [{ detail: 'encrypted' }] }, text: 'encrypted' },
    { what: 'no container', document: { path: ['Bob w77'] }, text: 'Bob w77' },
    { what: 'no cell', document: { cell: 'c1234567' }, text: 'c1234567' },
    { what: 'no kind of value', document: { valueKind: 'bob_w77' }, text: 'bob_w77' },
    { what: 'no place of a finding', document: { place: 'bob_w77' }, text: 'bob_w77' },
    { what: 'a form that there is not', document: { form: 'percent bob_w77' }, text: 'bob_w77' },
    { what: 'anything behind a control', document: { forms: ['plain/percent/decimal/bob_w77'] }, text: 'bob_w77' },
    { what: 'anything in the place of one', document: { forms: ['bob_w77/percent/decimal'] }, text: 'bob_w77' },
    { what: 'anything in the place of its form', document: { forms: ['plain/bob_w77/decimal'] }, text: 'bob_w77' },
    { what: 'anything in the place of its shape', document: { forms: ['plain/percent/bob_w77'] }, text: 'bob_w77' },
    { what: 'a container where somebody wrote it', document: { custodian: 'tar' }, text: 'tar' },
    { what: 'anything of what is cut off', document: '{"rows": 12345678', text: '12345678' },
    { what: 'anything of what is no JSON', document: 'rows 12345678', text: '12345678' },
  ])('is not $what that is somebody’s: $document', ({ document, text }) => {
    for (const trust of ['strict', 'loose'] as const) expect(isShown(document, text, trust)).toBe(true)
  })
})

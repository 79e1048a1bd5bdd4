import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseEnvelope } from '../../lib/attestation/envelope.ts'
import { parseStatement, type RunPredicate } from '../../lib/attestation/statement.ts'
import { batchKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { scanBatch } from '../../lib/pipeline/scan-batch.ts'
import type { Ports } from '../../lib/ports.ts'
import { tool } from '../../lib/tool.ts'
import { type Hands, inSlicesOf, openPlace, openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, writeFiles } from '../support/sample-files.ts'

/** A run may last for days, and another build may be deployed meanwhile: which one read the store is told, not which one signs. */

const withBuild = (ports: Ports, buildSha256: string): Ports =>
  Object.create(ports, { tool: { value: { ...ports.tool, buildSha256 } } })

const manifestFrom = { party: 'US Data Entity Inc.', receivedAt: '2026-10-01T08:30:00Z' }
const answers = { people: { operator: 'Jane Roe' }, retention: { years: 10, basis: '28 CFR 202.1101' } }

async function scanned(call?: Hands['call']) {
  const stores = (root: string) => [{ id: 'sg', root: join(root, 'store'), country: 'SG' }]
  const place = await openPlace((root) => ({ manifestFrom, ...answers, stores: stores(root) }))
  writeFiles(join(place.root, 'store'), { 'a.jsonl': jsonRecords(numbers(40).map(somebodyElse)), 'b.txt': 'nobody\n' })
  let ports: Ports
  const said: Extract<RunPredicate, { phase: 'scan' }>[] = []
  const { store } = await place.run({
    ...(call && { call }),
    wrap: (given) => (ports = given),
    after: async ({ task, phase }) => {
      if (task !== 'attest' || phase !== 'scan') return
      for await (const { envelope } of ports.ledger.entries(0, 100)) {
        const { predicate } = parseStatement(parseEnvelope(envelope).payload)
        if (predicate.phase === 'scan') said.push(predicate)
      }
    },
  })
  expect(store).toBe('verified')
  return said[0]!
}

it('a scan says which build read the store, and which one says so', async () => {
  const { scan, tool: by } = await scanned()
  expect(scan.builds).toEqual([tool.buildSha256])
  expect(by.buildSha256).toBe(tool.buildSha256)
})

it('a run on one machine says that its keys are files there, and names no execution', async () => {
  const said = await scanned()
  expect([said.signer, said.environment]).toEqual([{ keyProtection: 'key-file' }, undefined])
})

it('a run says who answers for it, where its manifest is from and how long it is kept, as its configuration does', async () => {
  const { people, retention, scope } = await scanned()
  expect({ people, retention }).toEqual(answers)
  expect(scope?.manifest).toMatchObject({ party: 'US Data Entity Inc.', receivedAt: '2026-10-01T08:30:00.000Z' })
})

it('a scan names all builds that read something, also of slices of one version', async () => {
  const others = ['1', '2', '3'].map((digit) => digit.repeat(64))
  let read = 0
  const { scan, tool: by } = await scanned((task, ports, payload) =>
    task === 'scan-batch'
      ? scanBatch(withBuild(ports, others[read++ % others.length]!), payload)
      : inSlicesOf(500)(task, ports, payload),
  )
  expect(scan.builds).toEqual(others)
  expect(by.buildSha256).toBe(tool.buildSha256)
})

it('what a build read that did not say which one it was is in no verified store', async () => {
  const place = await openStore({ 'a.jsonl': jsonRecords(numbers(40).map(somebodyElse)) })
  const report = join(place.paths.evidence, batchKey({ runId: 'run-0', storeId: 'sg', pass: 0 }, 0))
  const { store, why } = await place.run({
    after: ({ task }) => {
      if (task !== 'scan-batch') return
      const [told, text] = [`"builds":["${tool.buildSha256}"],`, readFileSync(report, 'utf8')]
      expect(text).toContain(told)
      writeFileSync(report, text.replace(told, ''))
    },
  })
  expect(store).toBe('incomplete')
  expect(why).toContain('EvidenceConflict')
})

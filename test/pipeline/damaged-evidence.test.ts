import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { readDocument } from '../../lib/pipeline/evidence/documents.ts'
import { readLines } from '../../lib/pipeline/evidence/json-lines.ts'
import type { Evidence } from '../../lib/ports.ts'

const evidence = { get: async () => Buffer.from('{"a":1}\n{"owner":"bob@exam') } as unknown as Evidence

it.each([
  ['a document', () => readDocument({ evidence }, 'runs/r1/report.json'), 'runs/r1/report.json: expected the JSON'],
  ['lines', () => readLines(evidence, 'runs/r1/batches.jsonl'), 'runs/r1/batches.jsonl: expected the JSON'],
])('%s of the evidence that are no JSON any more are named, and not quoted', async (_, read, told) => {
  const error = await read().catch((refused: Error) => refused)
  expect(error).toMatchObject({ name: 'EvidenceConflict', message: expect.stringContaining(told) })
  expect(inspect(error)).not.toContain('bob')
})

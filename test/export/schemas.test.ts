import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { parseEnvelope } from '../../lib/attestation/envelope.ts'
import { parseStatement } from '../../lib/attestation/statement.ts'
import { schemaFiles } from '../../lib/export/schemas.ts'
import { parseStoreReport } from '../../lib/verdict/parse-store-report.ts'
import { longRotated } from '../support/rotated-bundles.ts'
import { textIn } from '../support/sample-bundle.ts'
import { statements } from '../support/sample-statements.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** The published schemas, held by a validator that shares nothing with the one that they are made from. */

const python = process.env.ODV_TABLE_READERS ?? 'python3'
const program = `import json, sys
from jsonschema import Draft202012Validator
schemas = {}
for path, text in json.load(open(sys.argv[1])).items():
    schemas[path] = Draft202012Validator(json.loads(text))
    Draft202012Validator.check_schema(schemas[path].schema)
print(json.dumps([schemas[path].is_valid(document) for path, document in json.load(open(sys.argv[2]))]))`

type Case = { name: string; path: string; document: unknown; accepted: boolean }

function valid(context: TestContext, cases: Case[]): boolean[] {
  if (spawnSync(python, ['-c', 'import jsonschema']).status !== 0) {
    if (process.env.CI === 'true') throw new Error('jsonschema is not on this machine: CI needs it')
    context.skip('jsonschema is not on this machine')
  }
  const directory = scratchDirectory()
  const [schemas, documents] = [join(directory, 'schemas.json'), join(directory, 'documents.json')]
  writeFileSync(schemas, JSON.stringify(Object.fromEntries(schemaFiles())))
  writeFileSync(documents, JSON.stringify(cases.map(({ path, document }) => [path, document])))
  const { status, stdout, stderr } = spawnSync(python, ['-c', program, schemas, documents], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout) as boolean[]
}

const predicatePath = (phase: string) => `schemas/predicate-${phase}.v1.schema.json`
const reportPath = 'schemas/store-report.v1.schema.json'
const files = longRotated()
const reports = [...files.keys()].filter((path) => path.endsWith('.store-report.json'))
const payloads = [...files.keys()].filter((path) => path.endsWith('.dsse.json'))
const report = JSON.parse(textIn(files, reports[0]!))
const explained = reports
  .map((path) => JSON.parse(textIn(files, path)))
  .find(({ passes }) => passes[0]?.exceptions?.length > 0)

/** A document with one thing changed that we refuse as well. */
const changed = (document: object, change: (copy: Record<string, never>) => void) => {
  const copy = structuredClone(document) as Record<string, never>
  change(copy)
  return copy
}

describe('the schemas in a bundle', () => {
  it('are those of every phase and of store reports, and a bundle brings them', () => {
    expect([...schemaFiles().keys()].toSorted()).toEqual(
      [...files.keys()].filter((path) => path.startsWith('schemas/')).toSorted(),
    )
    const phases = new Set(statements.map(({ statement }) => statement.predicate.phase))
    for (const phase of phases) expect(schemaFiles().has(predicatePath(phase))).toBe(true)
    expect(phases.size + 1).toBe(schemaFiles().size)
  })

  it('accept what is signed and refuse what we refuse, by another validator', (context) => {
    const good: Case[] = [
      ...payloads.map((path) => ({
        name: path,
        path: predicatePath(predicateOf(path).phase),
        document: predicateOf(path),
      })),
      ...statements.map(({ name, statement: { predicate } }) => ({
        name,
        path: predicatePath(predicate.phase),
        document: predicate,
      })),
      ...reports.map((path) => ({ name: path, path: reportPath, document: JSON.parse(textIn(files, path)) })),
    ].map((each) => ({ ...each, accepted: true }))
    const bad: Case[] = [
      ...good.map(({ name, path, document }) => ({
        name: `${name} with a field more`,
        path,
        document: { ...(document as object), checked: true },
      })),
      ...good.map(({ name, path, document }) => ({
        name: `${name} of another version`,
        path,
        document: { ...(document as object), schemaVersion: 2 },
      })),
      ...['runId', 'store', 'manifest', 'passes', 'requests', 'open'].map((field) => ({
        name: `a report without ${field}`,
        path: reportPath,
        document: changed(report, (copy) => delete copy[field]),
      })),
      {
        name: 'a report that counts half a version',
        path: reportPath,
        document: changed(report, (copy) => Object.assign((copy as typeof report).passes[0].clean, { versions: 0.5 })),
      },
      ...['detail', 'plan', 'until', 'approvedBy'].map((field) => ({
        name: `an exception without ${field}`,
        path: reportPath,
        document: changed(explained, (copy) => delete (copy as typeof report).passes[0].exceptions[0][field]),
      })),
      {
        name: 'a report with a time in another form',
        path: reportPath,
        document: changed(report, (copy) =>
          Object.assign((copy as typeof report).passes[0].inventory, { startedAt: 'yesterday' }),
        ),
      },
    ].map((each) => ({ ...each, accepted: false }))
    const cases = [...good, ...bad]
    const answers = valid(context, cases)
    const wrong = cases.filter(({ accepted }, i) => answers[i] !== accepted).map(({ name }) => name)
    expect(wrong).toEqual([])
    for (const { path, document } of bad.filter((each) => each.path === reportPath))
      expect(() => parseStoreReport(Buffer.from(`${JSON.stringify(document, null, 1)}\n`)), path).toThrow(
        'store report',
      )
  })
})

function predicateOf(path: string) {
  return parseStatement(parseEnvelope(files.get(path)!).payload).predicate
}

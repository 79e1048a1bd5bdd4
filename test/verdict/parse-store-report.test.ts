import { describe, expect, it } from 'vitest'
import { FormatInvalid } from '../../lib/errors.ts'
import { formatDocument } from '../../lib/pipeline/evidence/documents.ts'
import {
  parseAcknowledgement,
  parseCoverage,
  parseDeletionRequest,
  parseStoreReport,
} from '../../lib/verdict/parse-store-report.ts'
import { oneUnverified } from '../support/sample-bundle.ts'
import { acknowledgement, cleanCoverage, digest, foundCoverage, report, request } from '../support/sample-run.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const { open } = oneUnverified
const failure = { state: 'ScanStore', error: 'ReadFailed' }

const documents: { name: string; parse: (document: Uint8Array) => object; model: object }[] = [
  { name: 'store report', parse: parseStoreReport, model: { ...report, open } },
  {
    name: 'store report of a failed store',
    parse: parseStoreReport,
    model: { ...report, failure, passes: [], requests: [] },
  },
  {
    name: 'store report without a manifest',
    parse: parseStoreReport,
    model: { ...report, manifest: { sha256: '', subjects: 0 } },
  },
  { name: 'coverage', parse: parseCoverage, model: foundCoverage },
  { name: 'deletion request', parse: parseDeletionRequest, model: request },
  { name: 'acknowledgement', parse: parseAcknowledgement, model: acknowledgement },
]

/** Every field of a model, however deep, with the path to it. */
function fieldsOf(model: object, path: (string | number)[] = []): (string | number)[][] {
  return Object.entries(model).flatMap(([key, value]) => {
    const here = [...path, key]
    return value !== null && typeof value === 'object' ? [here, ...fieldsOf(value, here)] : [here]
  })
}

type Fields = Record<string | number, unknown>

const valueAt = (model: object, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((each, key) => (each as Fields)[key], model)

function changed(model: object, path: readonly (string | number)[], value: unknown): object {
  const copy = structuredClone(model)
  const parent = valueAt(copy, path.slice(0, -1)) as Fields
  parent[path.at(-1)!] = value
  return copy
}

describe.each(documents)('the $name', ({ parse, model }) => {
  it('is read as it was written', () => {
    expect(parse(bytes(formatDocument(model)))).toEqual(model)
  })

  it('is refused when any field has another type or value that no clock, counter or digest gives', () => {
    const wrong = [null, -1, 0.5, 2 ** 60, [1], { x: 1 }, true]
    const refused = fieldsOf(model).flatMap((path) =>
      wrong.map((value) => [path.join('.'), value, isRefused(parse, changed(model, path, value))] as const),
    )
    expect(refused.filter(([, , is]) => !is)).toEqual([])
  })

  it('is refused with a field that it does not know, at any depth', () => {
    const objects = [[], ...fieldsOf(model).filter((path) => isPlain(valueAt(model, path)))]
    expect(objects.filter((path) => !isRefused(parse, changed(model, [...path, 'extra'], 1)))).toEqual([])
  })

  it.each([
    ['compact', (text: string) => JSON.stringify(JSON.parse(text))],
    ['without its last newline', (text: string) => text.trimEnd()],
    ['after a byte order mark', (text: string) => `\ufeff${text}`],
    ['with a key given twice', (text: string) => text.replace('{\n', `{\n ${/"\w+": [^\n]+\n/.exec(text)![0]!}`)],
    ['cut off', (text: string) => text.slice(0, -3)],
  ])('is refused in another form: %s', (_, form) => {
    expect(() => parse(bytes(form(formatDocument(model))))).toThrow(FormatInvalid)
  })
})

function isRefused(parse: (document: Uint8Array) => unknown, model: object): boolean {
  try {
    parse(bytes(formatDocument(model)))
    return false
  } catch (error) {
    return error instanceof FormatInvalid
  }
}

const isPlain = (value: unknown) => value !== null && typeof value === 'object' && !Array.isArray(value)

describe('what is wrong with a document', () => {
  it.each([
    ['a time without milliseconds', { startedAt: '2026-11-23T19:30:00Z' }],
    ['a time in another zone', { startedAt: '2026-11-23T19:30:00.000+01:00' }],
    ['a day that does not exist', { startedAt: '2026-02-30T19:30:00.000Z' }],
    ['an hour that does not exist', { startedAt: '2026-02-20T24:00:00.000Z' }],
  ])('may be %s', (_, change) => {
    const coverage = { ...cleanCoverage, inventory: { ...cleanCoverage.inventory, ...change } }
    expect(isRefused(parseCoverage, coverage)).toBe(true)
  })

  it('is said by field and never by value', () => {
    const odd = {
      ...report,
      runId: 'someone@example.com',
      manifest: { sha256: digest('g'), subjects: 1 },
      'someone@example.com': 1,
    }
    expect(() => parseStoreReport(bytes(formatDocument(odd)))).toThrow(/^store report: .*runId: \w+.*manifest/)
    expect(() => parseStoreReport(bytes(formatDocument(odd)))).not.toThrow(/someone/)
  })
})

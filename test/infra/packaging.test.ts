import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { functionNames } from '../../infra/bundle.ts'
import { digestOfSources } from '../../lib/digest-of-sources.ts'
import { physicalNames, resourcesOf, type Template } from './intrinsics.ts'
import { type Packaged, packageProject } from './packaged.ts'
import { unzip } from './unzip.ts'

const root = join(import.meta.dirname, '../..')
const names = functionNames(root)

/**
 * A cold start reads the whole bundle, half of which is the SDK: what makes it larger should be worth it. The exporter brings the
 * programs of a bundle, the letters of its report and the scanner of its leak gate, the checker those letters; who builds an index or
 * scans brings kernels, and who deletes all decoders; who attests or makes trees of subjects says which forms or formats there are, by what they are.
 */
const ceilings: Record<string, number> = {
  attest: 1760,
  'export-bundle': 2560,
  'check-bundle': 1440,
  'build-index': 1856,
  'scan-batch': 1888,
  'execute-deletion': 1856,
  'propose-correction': 1824,
  'settle-subjects': 1728,
}
const ceilingOf = (name: string) => (ceilings[name] ?? 1216) * 1024

let dev: Packaged
let prod: Packaged
let extracted: string
beforeAll(async () => {
  // The bundles of the other stage were made in another place, for all test files.
  ;[dev, prod] = await Promise.all([packageProject('dev', { fresh: true }), packageProject('prod')])
  extracted = mkdtempSync(join(tmpdir(), 'odv-extracted-'))
  for (const name of names)
    for (const [file, bytes] of unzip(dev.zip(name))) {
      mkdirSync(dirname(join(extracted, name, file)), { recursive: true })
      writeFileSync(join(extracted, name, file), bytes)
    }
})
afterAll(() => {
  dev?.remove()
  prod?.remove()
  rmSync(extracted, { recursive: true, force: true })
})

describe('packaging without network and credentials', () => {
  test('makes one archive for every file in functions/, of its bundle and source map alone', () => {
    expect(names.length).toBeGreaterThan(15)
    const functions = resourcesOf(dev.template, 'AWS::Lambda::Function')
    expect(functions.map(([, { Properties }]) => Properties.FunctionName).sort()).toEqual(
      names.map((name) => `odv-dev-${name}`),
    )
    for (const name of names) {
      const files = unzip(dev.zip(name))
      expect([...files.keys()]).toEqual(['index.mjs', 'index.mjs.map'])
      expect(files.get('index.mjs')!.length, name).toBeLessThan(ceilingOf(name))
    }
  })

  test('names the bundle of the archive as its handler', () => {
    for (const [, { Properties }] of resourcesOf(dev.template, 'AWS::Lambda::Function')) {
      const name = Properties.FunctionName.slice('odv-dev-'.length)
      expect(Properties).toMatchObject({
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Code: { S3Key: expect.stringMatching(new RegExp(`/${name}\\.zip$`)) },
      })
    }
  })

  test('gives the same bytes in another place and for another stage', () => {
    for (const name of names) expect(prod.zip(name).equals(dev.zip(name)), name).toBe(true)
  })

  test('has them say of which build they are', () => {
    for (const name of ['scan-batch', 'attest'])
      expect(unzip(dev.zip(name)).get('index.mjs')!.includes(digestOfSources(root)), name).toBe(true)
  })

  test('puts nothing of the machine into a bundle or its source map', () => {
    for (const name of names)
      for (const [file, bytes] of unzip(dev.zip(name)))
        expect(bytes.includes(dev.directory) || bytes.includes(root), file).toBe(false)
  })
})

/** Imports every bundle, calls its handler as Lambda does and says, on descriptor 3, what came of it. */
const callAll = `
import { writeFileSync } from 'node:fs'
const [directory, ...names] = process.argv.slice(1)
const results = {}
for (const name of names) {
  const exported = await import(directory + '/' + name + '/index.mjs')
  const context = { functionName: name, awsRequestId: 'r', memoryLimitInMB: '512', getRemainingTimeInMillis: () => 60000 }
  const event = { pathParameters: { id: 'x' } }
  const ended = await exported.handler(event, context).then((output) => output?.statusCode ?? 'success', (error) => error.name)
  results[name] = { exports: Object.keys(exported), ended }
}
writeFileSync(3, JSON.stringify(results))
`

/** A route always answers. */
const routeStatus: Readonly<Record<string, number>> = {
  'post-run': 500,
  'get-run': 500,
  'post-acknowledgement': 500,
  'post-export': 400,
  'get-export': 500,
}

test('every bundle runs in a bare Node and, without the names of its deployment, refuses instead of guessing', () => {
  const env = {
    AWS_LAMBDA_FUNCTION_NAME: 'odv',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    LAMBDA_TASK_ROOT: extracted,
    _HANDLER: 'index.handler',
    _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
  }
  const { output, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', callAll, extracted, ...names],
    { cwd: extracted, env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  )
  expect(status, output[2]!).toBe(0)
  expect(JSON.parse(output[3]!)).toEqual(
    Object.fromEntries(
      // The request has no body, which an export needs.
      names.map((name) => [name, { exports: ['handler'], ended: routeStatus[name] ?? 'ConfigInvalid' }]),
    ),
  )
})

test('no bundle hooks into every promise, as the SDK of X-Ray does: a scan of small contents would take a third longer', () => {
  for (const name of names)
    expect(readFileSync(join(extracted, name, 'index.mjs'), 'latin1').includes('createHook'), name).toBe(false)
})

describe('stages', () => {
  const namesOf = (template: Template) =>
    physicalNames(template).map(({ id, key, name }) => `${template.Resources[id]!.Type} ${key} ${name}`)

  test('never share a physical name', () => {
    expect(namesOf(prod.template).length).toBeGreaterThan(60)
    const taken = new Set(namesOf(dev.template))
    expect(namesOf(prod.template).filter((name) => taken.has(name))).toEqual([])
  })

  test('run every night and lock their checkpoints for ten years in production only', () => {
    const choices = ({ Resources }: Template) => ({
      schedule: Resources.NightlySchedule!.Properties.State,
      lock: Resources.AnchorBucket!.Properties.ObjectLockConfiguration.Rule.DefaultRetention,
    })
    expect(choices(prod.template)).toEqual({ schedule: 'ENABLED', lock: { Mode: 'COMPLIANCE', Days: 3653 } })
    expect(choices(dev.template)).toEqual({ schedule: 'DISABLED', lock: { Mode: 'GOVERNANCE', Days: 1 } })
  })
})

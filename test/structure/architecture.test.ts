import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Stages in flow order: each may import those before it, and what `anywhere` lists. */
const stages = [
  'checksums',
  'decode',
  'manifest',
  'subject-index',
  'inventory',
  'scan',
  'finding',
  'deletion',
  'verdict',
  'attestation',
  'log',
  'timestamp',
  'proof',
  'export',
  'cost',
]
const anywhere = [
  'lib/web-assembly.ts',
  'lib/errors.ts',
  'lib/config.ts',
  'lib/config-schema.ts',
  'lib/config-json.ts',
  'lib/evidence-json.ts',
]
const pureNode = ['node:crypto', 'node:util', 'node:zlib', 'node:buffer']
/** How many cores there are decides how something is decoded, and nothing of what comes of it. */
const speedAlone: Record<string, string> = { 'lib/decode/compression/engine/write-ahead.ts': 'node:os' }
const pureLibraries = ['zod/mini', 'csv-parse', 'csv-parse/sync']

/** What a folder outside the stages may import, by prefix of the path; the first that fits counts. */
const outer: Record<string, string[]> = {
  'lib/pipeline/': ['lib/pipeline/', ...stages.map((stage) => `lib/${stage}/`), 'lib/ports.ts', ...anywhere],
  'lib/api/': ['lib/api/', 'lib/pipeline/', 'lib/ports.ts', ...anywhere],
  'lib/local/': ['lib/', 'functions/'],
  'lib/cli/': ['lib/', 'functions/'],
  'lib/aws/': [
    'lib/aws/',
    'lib/checksums/',
    'lib/decode/unverified.ts',
    'lib/inventory/',
    'lib/log/',
    'lib/timestamp/',
    'lib/ask-authority.ts',
    'lib/evidence-key.ts',
    'lib/file-source.ts',
    'lib/ports.ts',
    'lib/regions.ts',
    'lib/summed-file.ts',
    'lib/tool.ts',
    ...anywhere,
  ],
  'functions/runtime.ts': ['lib/errors.ts', 'lib/ports.ts', 'lib/aws/aws-ports.ts', 'lib/aws/environment.ts'],
  'functions/': [
    'lib/api/',
    'lib/pipeline/',
    'lib/errors.ts',
    'lib/ports.ts',
    'functions/runtime.ts',
    'functions/api-runtime.ts',
  ],
}

type Import = { from: string; to: string; typeOnly: boolean }

const imports = [...sourcesIn('lib'), ...sourcesIn('functions')].flatMap(importsOf)

describe('architecture', () => {
  it('finds the imports of the whole product', () => {
    expect(imports.length).toBeGreaterThan(300)
  })

  it('lets a stage import earlier stages, errors and pure parts of Node only', () => {
    // A statement speaks of what the log and the verdict are, and the log keeps attestations: those two are one level.
    const level = (stage: string) => (stage === 'log' ? stages.indexOf('attestation') : stages.indexOf(stage))
    const wrong = imports.filter(({ from, to, typeOnly }) => {
      const stage = stageOf(from)
      if (stage === undefined || speedAlone[from] === to) return false
      if (to.startsWith('node:') || !to.includes('lib/'))
        return !typeOnly && ![...pureNode, ...pureLibraries].includes(to)
      if (anywhere.includes(to) || (typeOnly && to === 'lib/ports.ts')) return false
      const target = stageOf(to)
      return target === undefined || level(target) > level(stage)
    })
    expect(wrong).toEqual([])
  })

  it('keeps what finds identifiers as they are from knowing of forms', () => {
    const finders = imports.filter(({ from }) => from.startsWith('lib/scan/finders/'))
    expect(finders.length).toBeGreaterThan(20)
    expect(finders.filter(({ to }) => to.startsWith('lib/scan/forms/'))).toEqual([])
  })

  it('keeps what tasks share from knowing of tasks', () => {
    const shared = imports.filter(
      ({ from, to }) => /^lib\/pipeline\/[a-z]+\//.test(from) && to.startsWith('lib/pipeline/'),
    )
    expect(shared.length).toBeGreaterThan(20)
    expect(shared.filter(({ to, typeOnly }) => !typeOnly && !/^lib\/pipeline\/[a-z]+\//.test(to))).toEqual([])
  })

  it('keeps the outer folders to their side', () => {
    const wrong = imports.filter(({ from, to }) => {
      const allowed = Object.entries(outer).find(([prefix]) => from.startsWith(prefix))?.[1]
      return (
        allowed !== undefined &&
        (to.startsWith('lib/') || to.startsWith('functions/')) &&
        !allowed.some((prefix) => to.startsWith(prefix))
      )
    })
    expect(wrong).toEqual([])
  })

  it('keeps the adapters of AWS and of one machine apart, and commands out of both', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        (from.startsWith('lib/aws/') && to.startsWith('lib/local/')) ||
        (from.startsWith('lib/local/') && (to.startsWith('lib/aws/') || to.startsWith('lib/cli/'))) ||
        (from.startsWith('lib/aws/') && to.startsWith('lib/cli/')),
    )
    expect(wrong).toEqual([])
  })

  it('mocks modules only in suites that have a process of their own', () => {
    const config = readFileSync(join(root, 'vitest.config.ts'), 'utf8')
    const folders = config.match(/^const folders =\s+'([a-z,-]+)'$/m)![1]!
    const listed = (name: string) =>
      [...config.match(new RegExp(`^const ${name} = \\[([^\\]]+)\\]$`, 'm'))![1]!.matchAll(/'([a-z0-9/-]+)'/g)].map(
        ([, path]) => basename(path!),
      )
    const [mocking, longest] = [listed('mocking'), listed('longest')]
    const suites = folders.split(',').flatMap((folder) => sourcesIn(`test/${folder}`))
    expect(suites.length).toBeGreaterThan(200)
    const found = suites
      .filter((file) =>
        /\bvi\.(mock|doMock|stub|spyOn|useFake)|support\/handlers/.test(readFileSync(join(root, file), 'utf8')),
      )
      .map((file) => basename(file, '.test.ts'))
    expect(found.filter((name) => !longest.includes(name)).toSorted()).toEqual(mocking.toSorted())
  })

  it('loads the SDK on AWS alone: elsewhere nobody imports it, and the composition root only when it is called', () => {
    const outside = imports.filter(({ from, to }) => to.startsWith('@aws-sdk/') && !from.startsWith('lib/aws/'))
    expect(outside).toEqual([])
    const composition = readFileSync(join(root, 'functions/runtime.ts'), 'utf8')
    expect(composition).not.toMatch(/^import .*(lib\/aws|tracing)/m)
  })

  it('gives the offline verifier no way to a signer, a file or the network', () => {
    const reached = new Set<string>()
    const visit = (file: string) => {
      if (reached.has(file)) return
      reached.add(file)
      for (const { to, typeOnly } of imports.filter(({ from }) => from === file)) if (!typeOnly) visit(to)
    }
    visit('lib/export/verify-bundle.ts')
    expect(reached.size).toBeGreaterThan(20)
    const forbidden =
      /^(?:lib\/(?:pipeline|local|aws|cli)|functions|node:(?:fs|net|http|https|child_process|worker_threads|sqlite))/
    expect([...reached].filter((file) => forbidden.test(file))).toEqual([])
  })

  it('uses neither clock, randomness nor environment in a stage', () => {
    const stageFiles = sourcesIn('lib').filter((file) => stageOf(file) !== undefined)
    const wrong = stageFiles.filter((file) =>
      /\bDate\.now\(|new Date\(\)|Math\.random\(|process\.env|randomBytes\(|randomUUID\(/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
    )
    expect(wrong).toEqual([])
  })
})

describe('duties', () => {
  /** The ports of which no task may take two: whoever scans does not delete, whoever attests does not sign the log. */
  const duties: Record<string, RegExp> = {
    scanning: /'stores'/,
    deleting: /'storeDeletions'/,
    attesting: /'attestationSigner'|attestationSigner: AttestationSigner/,
    'signing the log': /'logSigner'|logSigner: LogSigner/,
  }
  for (const file of sourcesIn('lib/pipeline'))
    it(`${file} has at most one duty`, () => {
      const text = readFileSync(join(root, file), 'utf8')
      const held = Object.entries(duties).filter(([, port]) => port.test(text))
      expect(held.map(([duty]) => duty).length).toBeLessThanOrEqual(1)
    })
})

function stageOf(file: string): string | undefined {
  const [lib, folder] = file.split('/')
  return lib === 'lib' && stages.includes(folder!) ? folder : undefined
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
}

function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), 'utf8')
  const found = [
    ...text.matchAll(/^(import|export)\s+(type\s+)?[^'"]*?from\s+'([^']+)'/gm),
    ...text.matchAll(/^(import)()\s+'([^']+)'/gm),
    ...text.matchAll(/\b(import)()\('([^']+)'\)/g),
  ]
  return found.map(([, , type, to]) => ({
    from,
    to: to!.startsWith('.') ? relative(root, resolve(root, dirname(from), to!)) : to!,
    typeOnly: type !== undefined && type !== '',
  }))
}

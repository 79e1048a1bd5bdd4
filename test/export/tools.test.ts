import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { toolsModule } from '../../infra/bundle-tools.ts'
import { formatEnvelope } from '../../lib/attestation/envelope.ts'
import { verifyCommand } from '../../lib/cli/commands/verify-command.ts'
import { requireTool } from '../support/require-tool.ts'
import * as rotations from '../support/rotated-bundles.ts'
import { type Files, sampleBundle, withFile, withReportOfAnotherVersion } from '../support/sample-bundle.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { someOf } from '../support/some-of.ts'
import { files, foreign, keys, newest, older, tamperedBundles } from '../support/tampered-bundles.ts'

/** The programs that a bundle brings, run on bundles as an auditor runs them: in a process, on the disk, by its own copy. */

const root = fileURLToPath(new URL('../..', import.meta.url))
const scratch = scratchDirectory()
/** The oldest Node.js that the program promises to run on, where the machine has it. */
const oldNode = process.env.ODV_NODE_18

type Result = { code: number; output: string }

const run = (program: string, args: readonly string[]): Promise<Result> =>
  new Promise((resolve) => {
    const child = execFile(program, args, { cwd: scratch }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    )
  })

function write(name: string, bundle: Files): string {
  const directory = join(scratch, name)
  for (const [path, body] of bundle) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), body)
  }
  return directory
}

const own = write('own', files)
const pins = ['attestation', 'log'].map((name) => join(scratch, `${name}.pem`))
const withPins = pins.flatMap((pin) => ['--key', pin])
writeFileSync(pins[0]!, keys.attestation.publicPem)
writeFileSync(pins[1]!, keys.log.publicPem)
writeFileSync(join(scratch, 'older'), older)
writeFileSync(join(scratch, 'newest'), newest)
writeFileSync(join(scratch, 'foreign'), foreign.get('log/checkpoint')!)

const script = (args: readonly string[], node = process.execPath) => run(node, [join(own, 'tools/verify.mjs'), ...args])
const logScript = (args: readonly string[]) => run('python3', [join(own, 'tools/verify-log.py'), ...args])

/** What cannot be written to a disk by its path, or not to any. */
const onDisk = tamperedBundles.filter(({ name }) => !['no file at all', 'a path that climbs out'].includes(name))

const rotated = write('rotated', rotations.rotatedFiles)
const pinsOfRotated = [rotations.first, rotations.second].map((pairs, which) =>
  (['attestation', 'log'] as const).flatMap((kind) => {
    const path = join(scratch, `${which}-${kind}.pem`)
    writeFileSync(path, pairs[kind].publicPem)
    return ['--key', path]
  }),
)
const forked = write('forked', rotations.forkedFiles)
const before = write('before rotation', sampleBundle(rotations.first).files)
writeFileSync(join(scratch, 'before-rotation'), rotations.rotatedLog.checkpoints[0]!.note)

/** Runs the program on one bundle after another in one process: each would take longer to begin than to judge. */
const judgeAll = `import runpy, sys
verifier = runpy.run_path(sys.argv[1])
for bundle in sys.argv[2:]:
    print("code %d" % verifier["main"]([bundle]))`

async function refusesAll(bundles: string[]): Promise<void> {
  const { output } = await run('python3', ['-c', judgeAll, join(own, 'tools/verify-log.py'), ...bundles])
  const said = output.split('\n').filter((line) => /^code |^DOES NOT HOLD {2}\S+/.test(line))
  expect(bundles.length).toBeGreaterThan(5)
  expect(said.map((line) => line.slice(0, 13))).toEqual(bundles.flatMap(() => ['DOES NOT HOLD', 'code 1']))
}

describe('the programs in a bundle', () => {
  it('are made of the sources that are here', async () => {
    expect(readFileSync(join(root, 'lib/export/tools/generated.ts'), 'utf8')).toBe(await toolsModule(root))
  })
})

/** The bundle with something in it that no bundle has. */
function strange(name: string, add: (directory: string) => void): string {
  const directory = write(name, files)
  add(directory)
  return directory
}

describe('tools/verify.mjs', () => {
  it('and the command refuse what cannot be read as a bundle, as any that does not hold', async () => {
    const bundles = [
      strange('a name that is no text', (directory) => writeFileSync(Buffer.from(`${directory}/\xff`, 'latin1'), '')),
      strange('a file too large to be read', (directory) => truncateSync(join(directory, 'report.html'), 2 ** 31 + 1)),
      strange('a link', (directory) => symlinkSync('/dev/zero', join(directory, 'zero'))),
    ]
    for (const bundle of bundles) {
      const { code, output } = await script([bundle, '--json'])
      expect({ code, ...JSON.parse(output) }).toMatchObject({ code: 1, holds: false, check: 'layout' })
      const lines: object[] = []
      const terminal = {
        json: true,
        print() {},
        progress() {},
        warn() {},
        emit: (line: object) => void lines.push(line),
      }
      expect(await verifyCommand({ bundle, keys: pins, authorities: [], cwd: scratch }, terminal)).toBe(1)
      expect(lines).toMatchObject([{ holds: false, check: 'layout' }])
    }
  })

  it('verifies the bundle that it is in, with pinned keys and a kept checkpoint', async () => {
    const { code, output } = await script([...withPins, '--since', 'older'])
    expect({ code, first: output.split('\n')[0] }).toEqual({
      code: 0,
      first: 'HOLDS; NOT EVERYTHING IN IT IS VERIFIED',
    })
  })

  it('does not end well with a report that it cannot compare, since anybody can write one', async () => {
    const other = write('of another version', withReportOfAnotherVersion(files, '<h1>All is verified</h1>'))
    const { code, output } = await script([other, ...withPins])
    expect({ code, first: output.split('\n')[0] }).toEqual({
      code: 2,
      first: 'HOLDS, BUT FOR ITS REPORT, WHICH WAS NOT COMPARED; NOT EVERYTHING IN IT IS VERIFIED',
    })
    const printed: string[] = []
    const terminal = { json: false, print: (text = '') => printed.push(text), progress() {}, warn() {}, emit() {} }
    expect(await verifyCommand({ bundle: other, keys: pins, authorities: [], cwd: scratch }, terminal)).toBe(2)
    expect(printed[0]).toContain('holds, but for its report, which was not compared')
    printed.length = 0
    expect(await verifyCommand({ bundle: own, keys: pins, authorities: [], cwd: scratch }, terminal)).toBe(0)
    expect(stripVTControlCharacters(printed[0]!)).toBe(`holds ${own}; not everything in it is verified`)
  })

  it('says loudly that nobody vouches for the keys when none is pinned', async () => {
    const { code, output } = await script([own])
    expect(code).toBe(2)
    expect(output).toMatch(/^AGREES WITH ITSELF, KEYS NOT CHECKED; NOT EVERYTHING IN IT IS VERIFIED\n/)
    expect(output).toContain('WARNING: no --key was given.')
    expect(output).not.toContain('HOLDS')
  })

  it('runs on Node.js 18', async (context) => {
    if (oldNode === undefined) {
      if (process.env.CI === 'true') throw new Error('Node.js 18 is not on this machine: CI needs it')
      return context.skip('ODV_NODE_18 names no Node.js 18')
    }
    // Without a bundle it is the one that the program lies in, from wherever it is run.
    const { code, output } = await script([...withPins, '--since', 'older'], oldNode)
    expect({ code, first: output.split('\n')[0] }).toEqual({
      code: 0,
      first: 'HOLDS; NOT EVERYTHING IN IT IS VERIFIED',
    })
    expect(await script([rotated, ...pinsOfRotated[0]!], oldNode)).toMatchObject({ code: 0 })
  })

  it('goes from a key that the reader knows to those that took its duty', async () => {
    for (const pins of pinsOfRotated) {
      const { code, output } = await script([rotated, ...pins, '--since', 'before-rotation'])
      expect({ code, first: output.split('\n')[0] }).toEqual({
        code: 0,
        first: 'HOLDS; NOT EVERYTHING IN IT IS VERIFIED',
      })
      expect(output).toMatch(/attestation key SHA256:\S+, SPKI \S+, until entry 1$/m)
    }
    const other = write('rotated by others', rotations.foreignRotated)
    expect(await script([other, ...pinsOfRotated[0]!])).toMatchObject({ code: 1 })
    expect(await script([forked, ...pinsOfRotated.flat()])).toMatchObject({ code: 1 })
    expect(await script([before, ...pinsOfRotated.flat()])).toMatchObject({ code: 0 })
  })

  const some = rotations.tamperedRotations.filter((_, i) => i % 6 === 0)
  it.each(someOf(4, some))('names the check that refuses $name', async ({ tampered, check }) => {
    const bundle = write(`script ${check} ${some.findIndex((each) => each.tampered === tampered)}`, tampered())
    const { code, output } = await script([bundle, '--json'])
    expect({ code, ...JSON.parse(output) }).toMatchObject({ code: 1, holds: false, check })
  })

  it.each(someOf(4, onDisk))('names the check that refuses $name', async ({ tampered, check }) => {
    const bundle = write(`script ${tamperedBundles.findIndex((each) => each.tampered === tampered)}`, tampered())
    const { code, output } = await script([bundle, '--json'])
    expect({ code, ...JSON.parse(output), message: undefined }).toEqual({
      code: 1,
      kind: 'bundle',
      holds: false,
      check,
    })
  })

  it('refuses a bundle with keys of its own, a forked log, and wrong usage', async () => {
    const other = write('foreign bundle', foreign)
    expect(await script([other, ...withPins])).toMatchObject({ code: 1, output: expect.stringContaining('pinned') })
    expect(await script([own, '--since', 'foreign'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('since'),
    })
    for (const args of [['nowhere'], ['--key'], [own, '--key', 'nowhere'], ['--what'], [own, own]])
      expect(await script(args)).toMatchObject({ code: 64, output: expect.stringContaining('Exit codes') })
  })
})

describe('tools/verify-log.py', () => {
  it('verifies signatures, inclusion and consistency with nothing of ours', async (context) => {
    requireTool(context, 'python3')
    const { code, output } = await logScript([own, ...withPins, '--since', 'older'])
    expect(output).toMatch(/^holds {7}9 attestations in a log of 10 entries$/m)
    expect({ code, warned: output.includes('WARNING') }).toEqual({ code: 0, warned: false })
  })

  it('says loudly that nobody vouches for the keys when none is pinned', async (context) => {
    requireTool(context, 'python3')
    const { code, output } = await logScript([own])
    expect({ code, warned: output.includes('WARNING: no --key was given.') }).toEqual({ code: 2, warned: true })
  })

  it('goes from a key that the reader knows to those that took its duty', async (context) => {
    requireTool(context, 'python3')
    for (const pins of pinsOfRotated) {
      const { code, output } = await logScript([rotated, ...pins, '--since', 'before-rotation'])
      expect(output).toMatch(/^holds {7}5 attestations in a log of 5 entries$/m)
      expect({ code, changes: output.match(/^changed /gm)?.length }).toEqual({ code: 0, changes: 2 })
    }
    expect((await logScript([write('long', rotations.longRotated()), ...pinsOfRotated[0]!])).code).toBe(0)
    const other = write('rotated log of others', rotations.foreignRotated)
    expect(await logScript([other, ...pinsOfRotated[0]!])).toMatchObject({ code: 1 })
    expect((await logScript([forked, ...pinsOfRotated[0]!])).code).toBe(0)
    expect(await logScript([forked, ...pinsOfRotated.flat()])).toMatchObject({
      code: 1,
      output: expect.stringContaining('a pinned one to be the last'),
    })
    expect(await logScript([before, ...pinsOfRotated.flat()])).toMatchObject({ code: 0 })
  })

  const rotatedForItsPart = rotations.tamperedRotations.filter(({ check }) =>
    ['transition', 'checkpoint', 'envelope', 'inclusion'].includes(check),
  )
  it('refuses keys that were changed in any wrong way', async (context) => {
    requireTool(context, 'python3')
    await refusesAll(rotatedForItsPart.map(({ tampered }, i) => write(`rotated log ${i}`, tampered())))
  })

  const forItsPart = onDisk.filter(
    ({ name, check }) =>
      !name.includes('sigstore') && ['checkpoint', 'consistency', 'envelope', 'inclusion'].includes(check),
  )
  it('refuses what somebody tampered with', async (context) => {
    requireTool(context, 'python3')
    await refusesAll(forItsPart.map(({ tampered }, i) => write(`log ${i}`, tampered())))
  })

  it('refuses what is no file, and reads no entry twice', async (context) => {
    requireTool(context, 'python3')
    const links = strange('links', (directory) => {
      unlinkSync(join(directory, 'keys/log.vkey'))
      symlinkSync('/dev/zero', join(directory, 'keys/log.vkey'))
    })
    const pipe = strange('a pipe', (directory) => {
      unlinkSync(join(directory, 'keys/log.vkey'))
      execFileSync('mkfifo', [join(directory, 'keys/log.vkey')])
    })
    for (const bundle of [links, pipe])
      expect(await logScript([bundle])).toMatchObject({ code: 1, output: expect.stringMatching(/^DOES NOT HOLD/) })
    const twice = strange('an entry under a second name', (directory) =>
      writeFileSync(join(directory, 'attestations/0000001.dsse.json'), files.get('attestations/000001.dsse.json')!),
    )
    expect((await logScript([twice, ...withPins])).output).toMatch(/^holds {7}9 attestations in a log of 10 entries$/m)
  })

  const transitionOf = (key: unknown, spki: unknown) =>
    JSON.stringify({ predicate: { phase: 'key-transition', key, number: 1, from: { spki }, to: { spki } } })
  it.each([
    ['nested deeply', '['.repeat(200_000)],
    ['of a key that is a list', transitionOf([], 'AA==')],
    ['of a key that is a number', transitionOf('attestation', 1)],
  ])('refuses a key transition that is %s', async (_, payload) => {
    const signature = Buffer.of(0)
    const envelope = formatEnvelope({ payload: Buffer.from(payload), signature, further: [{ signature }] })
    const bundle = write(`transition ${payload.length}`, withFile(files, 'attestations/000001.dsse.json', envelope))
    const { code, output } = await logScript([bundle])
    expect({ code, last: output.trimEnd().split('\n').at(-1) }).toEqual({
      code: 1,
      last: expect.stringMatching(/^DOES NOT HOLD {2}attestations\/000001\.dsse\.json: expected a key transition$/),
    })
  })

  it('refuses keys of its own, a rollback, a fork, and wrong usage', async (context) => {
    requireTool(context, 'python3')
    const other = write('foreign log', foreign)
    expect(await logScript([other, ...withPins])).toMatchObject({ code: 1, output: expect.stringContaining('pinned') })
    expect(await logScript([own, '--since', 'foreign'])).toMatchObject({ code: 1 })
    const rolledBack = withFile(withFile(files, 'log/checkpoint', older), 'log/checkpoints/1')
    expect(await logScript([write('rolled back', rolledBack), '--since', 'newest'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('since: rollback'),
    })
    for (const args of [[], ['nowhere'], [own, '--key'], [own, '--key', 'nowhere'], ['--what'], [own, own]])
      expect(await logScript(args)).toMatchObject({ code: 64, output: expect.stringContaining('Exit codes') })
  })
})

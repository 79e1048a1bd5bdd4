import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { runOn } from '../../lib/cli/commands/run-command.ts'
import { withDeployment } from '../../lib/cli/deployment.ts'
import { parseConfig } from '../../lib/config.ts'
import { NotKnown, ServiceUnavailable } from '../../lib/errors.ts'
import type { JsonLine } from '../support/odv.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { someOf } from '../support/some-of.ts'
import { keptTerminal, openAws, until } from './embedded-aws.ts'

/** A run that goes on elsewhere, followed by what it leaves: the same lines and exit codes as one in this process. */

const theirs = jsonRecords(numbers(30).map(somebodyElse))
const ours = jsonRecords(numbers(10).map(transferred))

const opened: { close(): Promise<void> }[] = []
afterAll(() => Promise.all(opened.map((each) => each.close())))

type Stores = Record<string, { files: Record<string, string | Uint8Array>; manual?: boolean }>

const clean = { files: { 'a.jsonl': theirs } }
const found = { files: { 'a.jsonl': theirs, 'x.jsonl.gz': gzipSync(ours) } }
const cut = { files: { 'b.jsonl.gz': gzipSync(theirs).subarray(0, -9) } }
const asked = { ...found, manual: true }

function makePlace(stores: Stores, manifest = manifestText) {
  const root = scratchDirectory()
  writeFiles(root, {
    'ids.csv': manifest,
    ...Object.fromEntries(
      Object.entries(stores).flatMap(([id, { files }]) =>
        Object.entries(files).map(([name, body]) => [`${id}/${name}`, body]),
      ),
    ),
  })
  const config = {
    manifest: join(root, 'ids.csv'),
    stores: Object.entries(stores).map(([id, { manual }]) => ({
      id,
      root: join(root, id),
      country: 'SG',
      channel: manual ? { kind: 'manual', deadline: '1h' } : { kind: 'none' },
    })),
  }
  return { root, config }
}

async function onAws(stores: Stores, manifest?: string) {
  const { root, config } = makePlace(stores, manifest)
  const aws = await openAws(root, config)
  opened.push(aws)
  const run = async (options: Partial<Parameters<typeof runOn>[1]> = {}) => {
    const { kept, terminal } = keptTerminal()
    const signal = new AbortController().signal
    const following = { trigger: 'on-demand' as const, wait: true, signal, ...options }
    const code = await runOn(aws.open(), following, terminal)
    return { code, ...kept }
  }
  return { root, aws, run }
}

async function embedded(stores: Stores) {
  const { root, config } = makePlace(stores)
  const { kept, terminal } = keptTerminal()
  const place = { kind: 'machine' as const, state: 'state', cwd: root }
  const signal = new AbortController().signal
  const code = await withDeployment(place, { create: true, config: parseConfig(config) }, (deployment) =>
    runOn(deployment, { trigger: 'on-demand', wait: true, signal }, terminal),
  )
  return { code, ...kept }
}

/** Without what differs from run to run, and in an order that does not depend on who was faster. */
const comparable = (lines: readonly JsonLine[]) => {
  const runId = String(lines[0]!.run)
  const text = lines.map((line) =>
    JSON.stringify({ ...line, ...(line.document !== undefined && { document: 'there' }) }).replaceAll(runId, 'RUN'),
  )
  return [text[0], ...text.slice(1, -1).sort(), text.at(-1)]
}

const linesOf = (lines: readonly JsonLine[], kind: string) => lines.filter((line) => line.kind === kind)

describe('a run that is followed', () => {
  for (const [stores, code] of someOf(3, [
    [{ clean }, 0],
    [{ clean, found }, 1],
    [{ clean, cut }, 2],
    [{ found, cut, clean }, 1],
  ] as [Stores, number][]))
    it(`ends with ${code} and the same lines as an embedded one for ${Object.keys(stores).join(', ')}`, async () => {
      const { run } = await onAws(stores)
      const [there, here] = [await run(), await embedded(stores)]
      expect([there.code, here.code]).toEqual([code, code])
      expect(comparable(there.lines)).toEqual(comparable(here.lines))
    })

  it('shows the passes before and after the answer of a custodian', async () => {
    const { root, aws, run } = await onAws({ clean, asked })
    const ended = run({
      onEvent(event) {
        if (event.kind !== 'waiting') return
        writeFiles(root, { 'asked/x.jsonl.gz': gzipSync(theirs) })
        void aws.open().acknowledge({ requestId: event.requestId, by: 'custodian' })
      },
    })
    const { code, lines } = await ended
    expect(code).toBe(0)
    expect(linesOf(lines, 'pass').map(({ store, pass, found }) => [store, pass, found])).toEqual(
      expect.arrayContaining([
        ['clean', 0, 0],
        ['asked', 0, 1],
        ['asked', 1, 0],
      ]),
    )
    expect(linesOf(lines, 'request')).toMatchObject([
      { store: 'asked', document: expect.stringMatching(/^s3:\/\/evidence\/runs\/.*\/request\.json$/) },
    ])
  })

  it('stops with 75 when every open store waits, and is followed again to its verdict', async () => {
    const { root, aws, run } = await onAws({ clean, asked })
    const first = await run({ wait: false })
    const runId = String(first.lines[0]!.run)
    expect([first.code, first.lines.at(-1)]).toEqual([75, { kind: 'waiting', run: runId }])
    expect(first.warnings).toContain(`Follow it with: npx odv run --resume ${runId} --aws --stage test`)
    writeFiles(root, { 'asked/x.jsonl.gz': gzipSync(theirs) })
    await aws.open().acknowledge({ requestId: `${runId}-asked-0`, by: 'custodian' })
    const second = await run({ resume: runId })
    expect([second.code, second.lines.at(-1)]).toMatchObject([0, { kind: 'summary', verified: 2, attested: true }])
    expect(aws.calls.start).toBe(1)
  })

  it('goes on when whoever follows it is interrupted, and says how to follow it again', async () => {
    const { root, aws, run } = await onAws({ asked })
    const interruption = new AbortController()
    const first = await run({
      signal: interruption.signal,
      onEvent: ({ kind }) => kind === 'waiting' && interruption.abort(),
    })
    const runId = String(first.lines[0]!.run)
    expect([first.code, first.lines.at(-1)]).toEqual([130, { kind: 'interrupted', run: runId }])
    expect(first.warnings).toMatch(/goes on on AWS.*--resume/)
    writeFiles(root, { 'asked/x.jsonl.gz': gzipSync(theirs) })
    await aws.open().acknowledge({ requestId: `${runId}-asked-0`, by: 'custodian' })
    await aws.end()
    expect((await aws.open().ports.runState.getRun(runId))?.state).toBe('finished')
  })

  it('has only its result to show when it has ended, also when its execution is forgotten', async () => {
    const { aws, run } = await onAws({ clean, found })
    const runId = String((await run()).lines[0]!.run)
    const again = await run({ resume: runId })
    aws.forget()
    const later = await run({ resume: runId })
    for (const { code, lines } of [again, later])
      expect([code, lines.map(({ kind }) => kind)]).toEqual([1, ['run', 'verdict', 'verdict', 'summary']])
    expect(aws.calls.start).toBe(1)
  })

  it('is not taken for good when its summary never came under a checkpoint', async () => {
    const { aws, run } = await onAws({ clean })
    const runId = String((await run()).lines[0]!.run)
    const { kept, terminal } = keptTerminal()
    const deployment = aws.open()
    const ledger = { ...deployment.ports.ledger, checkpoints: async () => [] }
    const signal = new AbortController().signal
    const unsigned = { ...deployment, ports: { ...deployment.ports, ledger } }
    const code = await runOn(unsigned, { resume: runId, trigger: 'on-demand', wait: true, signal }, terminal)
    expect([code, linesOf(kept.lines, 'summary')]).toMatchObject([70, [{ attested: false }]])
    expect(kept.warnings).toContain('NOT ATTESTED')
  })

  it('fails with the code of what failed first', async () => {
    const { run } = await onAws({ clean }, 'userId,transferredAt\nno id,2026-01-01\n')
    const { code, warnings } = await run()
    expect(code).toBe(64)
    expect(warnings).toMatch(/ManifestInvalid|line 2: expected/)
  })

  it('is named when there is none', async () => {
    const { run } = await onAws({ clean })
    await expect(run({ resume: 'run-nothing' })).rejects.toThrow(NotKnown)
  })

  it('is followed through an outage', async () => {
    const { aws, run } = await onAws({ clean })
    aws.breakWith(new ServiceUnavailable('states: expected an answer'))
    const running = run()
    await until(() => aws.calls.find >= 3)
    aws.breakWith(undefined)
    expect((await running).code).toBe(0)
  })

  it('is followed although it can be seen only some time after it began', async () => {
    const { aws, run } = await onAws({ clean })
    aws.hide(true)
    const running = run()
    await until(() => aws.calls.find >= 3)
    aws.hide(false)
    expect((await running).code).toBe(0)
  })

  for (const [what, error] of [
    ['a right is taken away', new Error('AccessDenied')],
    [
      'credentials run out',
      new ServiceUnavailable('states: expected an answer', {
        cause: Object.assign(new Error('expired'), { name: 'ExpiredTokenException' }),
      }),
    ],
  ] as const)
    it(`goes on unseen when ${what}, and says how to follow it again`, async () => {
      const { aws } = await onAws({ clean })
      const { kept, terminal } = keptTerminal()
      aws.breakWith(error)
      const signal = new AbortController().signal
      const running = runOn(aws.open(), { trigger: 'on-demand', wait: true, signal }, terminal)
      await expect(running).rejects.toBe(error)
      expect(kept.warnings).toMatch(/cannot be followed any more, and goes on\. Follow it with: npx odv run --resume/)
      await aws.end()
    })
})

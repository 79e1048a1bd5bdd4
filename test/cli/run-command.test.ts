import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand, warnOfClock } from '../../lib/cli/commands/run-command.ts'
import { openTerminal } from '../../lib/cli/terminal.ts'
import { scratchDirectory } from '../support/scratch.ts'

it('a run that was interrupted before it began is not said to be one that can be gone on with', async () => {
  const cwd = scratchDirectory()
  mkdirSync(join(cwd, 'store'))
  writeFileSync(join(cwd, 'ids.csv'), '12345678\n')
  const written: string[] = []
  const stream = { write: (text: string) => written.push(text) }
  const terminal = openTerminal({ json: false, stdout: stream, stderr: stream, now: () => 0 })
  const place = { kind: 'machine', state: '.odv', cwd } as const
  const options = {
    place,
    manifest: 'ids.csv',
    stores: ['a=store'],
    trigger: 'on-demand',
    dryRun: false,
    wait: true,
  } as const
  const signal = AbortSignal.abort()
  expect(await runCommand({ ...options, stores: [...options.stores], cwd, signal }, terminal)).toBe(130)
  expect(written.join('')).toMatch(/interrupted before it began; there is nothing to go on with/)
  expect(written.join('')).not.toContain('--resume')
})

it('a clock that was set back is told, with the time of the last run', () => {
  const run = { runId: 'r', trigger: 'nightly', state: 'finished', stores: [] } as const
  const runs = [
    { ...run, stores: [], startedAt: '2026-03-01T00:00:00.000Z', finishedAt: '2026-03-01T02:00:00.000Z' },
    { ...run, stores: [], startedAt: '2026-02-01T00:00:00.000Z' },
  ]
  const told: string[] = []
  const terminal = { warn: (text: string) => told.push(text) }
  warnOfClock([], new Date('2026-03-01T01:00:00Z'), terminal)
  warnOfClock(runs, new Date('2026-03-01T02:00:00Z'), terminal)
  expect(told).toEqual([])
  warnOfClock(runs, new Date('2026-03-01T01:00:00Z'), terminal)
  expect(told).toEqual([
    expect.stringContaining('after that of the last run, 2026-03-01T02:00:00.000Z, got 2026-03-01T01'),
  ])
})

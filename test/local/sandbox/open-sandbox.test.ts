import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createCounters } from '../../../lib/local/sandbox/counters.ts'
import { openSandbox, type Sandbox } from '../../../lib/local/sandbox/open-sandbox.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const opened: Sandbox[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((sandbox) => sandbox.close()))
})

const composition = new URL('../../../lib/cli/embedded-ports.ts', import.meta.url).href

function open(from = composition): Sandbox {
  const root = temporaryDirectory()
  const sandbox = openSandbox(1, {
    composition: from,
    stateRoot: root,
    counters: createCounters().memory,
    cores: 1,
    logFile: join(root, 'log.jsonl'),
  })
  opened.push(sandbox)
  return sandbox
}

it('says what cannot be loaded when it is called, and not before', async () => {
  const sandbox = open()
  sandbox.prepare(['no-such-function'])
  await expect(sandbox.invoke('scan-batch', {})).rejects.toMatchObject({ name: 'InputInvalid' })
  await expect(sandbox.invoke('no-such-function', {})).rejects.toThrow()
})

it('starts a thread that loads before anything is called', async () => {
  const loaded = join(temporaryDirectory(), 'loaded')
  const noting = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(loaded)}, ''); export * from ${JSON.stringify(composition)}`
  const sandbox = open(`data:text/javascript,${encodeURIComponent(noting)}`)
  expect(existsSync(loaded)).toBe(false)
  sandbox.prepare(['scan-batch'])
  await expect.poll(() => existsSync(loaded)).toBe(true)
})

it('gives up what has no thread, and then what is at work; others are called as before', async () => {
  const sleeping = 'export const composeWorker = () => new Promise(() => {})'
  const sandbox = open(`data:text/javascript,${encodeURIComponent(sleeping)}`)
  const calls = ['scan-batch', 'scan-batch', 'execute-deletion'].map((name) => sandbox.invoke(name, {}))
  const ended = calls.map((call) => call.then(String, ({ name }: Error) => name))
  sandbox.giveUp(['scan-batch'], 50)
  expect(await ended[1]).toBe('Runtime.ExitError')
  expect(await ended[0]).toBe('Runtime.ExitError')
  sandbox.giveUp(['execute-deletion'], 50)
  expect(await ended[2]).toBe('Runtime.ExitError')
})

it('says what a system calls a fault, of which a handler leaves the words out', async () => {
  const full =
    "const full = () => { throw Object.assign(new Error('write'), { code: 'ENOSPC' }) };" +
    "export const composeWorker = () => new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : full()) })"
  const call = open(`data:text/javascript,${encodeURIComponent(full)}`).invoke('build-index', {
    runId: 'run-1',
    at: '2026-11-23T20:00:00.000Z',
  })
  await expect(call).rejects.toMatchObject({
    name: 'Error',
    code: 'ENOSPC',
    message: expect.stringContaining('left out'),
  })
})

it('is closed while a thread that was prepared still loads', async () => {
  const sandbox = open()
  sandbox.prepare(['scan-batch'])
  await expect(sandbox.close()).resolves.toBeUndefined()
})

import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createCounters } from '../../../lib/local/sandbox/counters.ts'
import { openSandbox, type Sandbox } from '../../../lib/local/sandbox/open-sandbox.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const opened: Sandbox[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((sandbox) => sandbox.close()))
})

function open(): Sandbox {
  const root = temporaryDirectory()
  const sandbox = openSandbox(1, {
    composition: new URL('../../../lib/cli/embedded-ports.ts', import.meta.url).href,
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

it('is closed while a thread that was prepared still loads', async () => {
  const sandbox = open()
  sandbox.prepare(['scan-batch'])
  await expect(sandbox.close()).resolves.toBeUndefined()
})

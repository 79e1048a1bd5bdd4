import { fork } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RunBusy } from '../../lib/errors.ts'
import { acquireRunLock } from '../../lib/local/run-lock.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Another process that holds the lock until it is killed. */
async function holder(lockFile: string) {
  const child = fork(join(import.meta.dirname, 'children/hold-lock.ts'), [lockFile], { execArgv: [] })
  onTestFinished(() => void child.kill('SIGKILL'))
  expect((await once(child, 'message'))[0]).toBe('held')
  return async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

describe('the run lock', () => {
  it('lets no second run on a state directory, and says which directory', () => {
    const file = join(temporaryDirectory(), 'run.lock')
    const lock = acquireRunLock(file, '.odv')
    expect(() => acquireRunLock(file, '.odv')).toThrow(RunBusy)
    expect(() => acquireRunLock(file, '.odv')).toThrow(
      'run lock: .odv: expected no other run on this state directory, got one under way',
    )
    lock.release()
  })

  it('is free again once it is released, however often', () => {
    const file = join(temporaryDirectory(), 'run.lock')
    const first = acquireRunLock(file, '.odv')
    first.release()
    first.release()
    const second = acquireRunLock(file, '.odv')
    first.release()
    expect(() => acquireRunLock(file, '.odv')).toThrow(RunBusy)
    second.release()
  })

  it('keeps other processes out until the one that holds it is killed', async () => {
    const file = join(temporaryDirectory(), 'run.lock')
    const kill = await holder(file)
    expect(() => acquireRunLock(file, '.odv')).toThrow(RunBusy)
    await kill()
    acquireRunLock(file, '.odv').release()
  })

  it('keeps other processes out while this one merely looks at the file', async () => {
    const file = join(temporaryDirectory(), 'run.lock')
    const lock = acquireRunLock(file, '.odv')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(() => acquireRunLock(file, '.odv')).toThrow(RunBusy)
    const child = fork(join(import.meta.dirname, 'children/hold-lock.ts'), [file], { execArgv: [] })
    expect((await once(child, 'message'))[0]).toBe('RunBusy')
    await once(child, 'exit')
    lock.release()
  })

  it('is not lost to the garbage collector when nobody keeps it', async () => {
    const file = join(temporaryDirectory(), 'run.lock')
    acquireRunLock(file, '.odv')
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    for (let round = 0; round < 3; round++) {
      collect()
      await setTimeout(5)
    }
    expect(() => acquireRunLock(file, '.odv')).toThrow(RunBusy)
  })

  it('locks each state directory by itself', () => {
    const [a, b] = [temporaryDirectory(), temporaryDirectory()].map((each) =>
      acquireRunLock(join(each, 'run.lock'), each),
    )
    a?.release()
    b?.release()
  })
})

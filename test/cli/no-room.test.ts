import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { executeFollowed } from '../../lib/cli/execute-followed.ts'
import { noRoomIn } from '../../lib/cli/no-room.ts'
import { programGoneFor } from '../../lib/cli/program-gone.ts'
import { type Environment, loadMachine, runExecution } from '../../lib/local/asl/interpreter.ts'

/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('expected a call that throws')
}

it('names what a disk or a database on it says that is full, however deep that is, and nothing else', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
  expect(noRoomIn(new Error('batch', { cause: new Error('evidence', { cause: full }) }))).toBe('ENOSPC')
  expect(noRoomIn(Object.assign(new Error('mkdtemp'), { code: 'EACCES' }))).toBe('EACCES')
  for (const error of [undefined, 'ENOSPC', new Error('ENOSPC'), Object.assign(new Error('open'), { code: 'ENOENT' })])
    expect(noRoomIn(error)).toBeUndefined()
})

it('knows what SQLite throws where a database may grow no more', () => {
  const database = new DatabaseSync(':memory:')
  database.exec('create table rows (bytes blob); pragma max_page_count = 2')
  const error = thrownBy(() => database.exec('insert into rows values (zeroblob(100000))'))
  database.close()
  expect(noRoomIn(error)).toBe('SQLITE_FULL')
})

/** A task whose failure is caught, as a store's is, so that the run goes on without it. */
const machine = loadMachine('store', {
  QueryLanguage: 'JSONata',
  StartAt: 'Scan',
  States: {
    Scan: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'scan-batch', Payload: {} },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'GivenUp' }],
      Next: 'Scanned',
    },
    Scanned: { Type: 'Succeed' },
    GivenUp: { Type: 'Succeed' },
  },
})

function createRun(call: () => Promise<unknown>) {
  const journal = new Map<string, string>()
  const environment: Omit<Environment, 'invoke' | 'signal'> = {
    machines: { store: machine },
    substitutions: {},
    token: { read: async () => undefined },
    documents: { get: async () => new Uint8Array(), put: async () => undefined },
    journal: {
      read: async (_, step) => journal.get(step),
      write: async (_, step, json) => void journal.set(step, json),
    },
    now: () => new Date(),
    random: () => 0,
    sleep: async () => {},
    concurrency: 1,
  }
  const following = { signal: new AbortController().signal, wait: true, onEvent() {} }
  return {
    journal,
    go: () =>
      executeFollowed(environment, call, following, (watched) =>
        runExecution(watched, 'store', { name: 'e', input: {} }),
      ),
  }
}

it('ends a run where a task finds no room, and the task is called again when the run goes on', async () => {
  let isFull = true
  const { journal, go } = createRun(async () => {
    if (isFull) throw Object.assign(new Error('write'), { code: 'ENOSPC' })
    return {}
  })
  await expect(go()).rejects.toMatchObject({ code: 'ENOSPC' })
  expect([...journal.keys()]).toEqual(['began'])
  isFull = false
  expect(await go()).toEqual({ status: 'succeeded' })
  expect([...journal.keys()]).toContain('Scan#0')
})

it('goes on without a store of which a task says that its file may not be read', async () => {
  const cause = Object.assign(new Error('open'), { code: 'EACCES' })
  const { journal, go } = createRun(async () => {
    throw Object.assign(new Error('manifest', { cause }), { name: 'ManifestInvalid' })
  })
  expect(await go()).toEqual({ status: 'succeeded' })
  expect(journal.get('Scan#0')).toContain('ManifestInvalid')
})

it.each([
  { where: 'in the thread itself', wrap: (gone: Error) => gone },
  {
    where: 'where a thread begins',
    wrap: (cause: Error) => Object.assign(new Error('worker', { cause }), { name: 'Runtime.ExitError' }),
  },
])(
  'ends a run whose program was exchanged, and the task is called again when the run goes on: $where',
  async ({ wrap }) => {
    const gone = wrap(Object.assign(new Error('Cannot find module'), { code: 'ERR_MODULE_NOT_FOUND' }))
    let isGone = true
    const { journal, go } = createRun(async () => {
      if (isGone) throw gone
      return {}
    })
    await expect(go()).rejects.toBe(gone)
    expect(programGoneFor(gone)).toMatch(/^program: .* go on with a run /)
    expect([...journal.keys()]).toEqual(['began'])
    isGone = false
    expect(await go()).toEqual({ status: 'succeeded' })
  },
)

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { childOf, createWorld, distributedOf, machineOf, mapOf, named, taskOf, waitingOf } from './world.ts'

const payload = '{% $states.result.Payload %}'

/** One of everything: a wait, a loop, a Map of children that wait, a distributed Map with two tasks, caught failures. */
const machines = {
  m: machineOf({
    Begin: { Type: 'Pass', Assign: { page: 0, entered: '{% $states.context.State.EnteredTime %}' }, Next: 'Pause' },
    Pause: { Type: 'Wait', Seconds: 3, Next: 'List' },
    List: taskOf('list', {
      Payload: { page: '{% $page %}' },
      Assign: { page: '{% $page + 1 %}', complete: payload },
      Next: 'Complete',
    }),
    Complete: { Type: 'Choice', Choices: [{ Condition: '{% $complete %}', Next: 'Stores' }], Default: 'List' },
    Stores: mapOf(
      {
        Store: childOf('n', {
          Name: "{% 'store-' & $string($states.input) %}",
          Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Bad' }],
          Output: '{% $states.result.Output %}',
          End: true,
        }),
        Bad: taskOf('bad', { Payload: '{% $page %}', Output: payload, End: true }),
      },
      { Items: [1, 2, 3], Assign: { stores: '{% $states.result %}' }, End: undefined, Next: 'Batches' },
    ),
    Batches: distributedOf(
      {
        One: taskOf('one', { Output: payload, Next: 'Two' }),
        Two: taskOf('two', {
          Retry: [{ ErrorEquals: ['Busy'] }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'NotScanned', Output: '{% $states.errorOutput.Error %}' }],
          Output: payload,
          End: true,
        }),
        NotScanned: { Type: 'Pass', End: true },
      },
      { End: undefined, Next: 'End' },
    ),
    End: {
      Type: 'Pass',
      Output: {
        stores: '{% $stores %}',
        key: '{% $states.input.ResultWriterDetails.Key %}',
        entered: '{% $entered %}',
      },
      End: true,
    },
  }),
  n: machineOf({
    Ask: waitingOf('ask', {
      Arguments: {
        FunctionName: 'ask',
        Payload: { store: '{% $states.input %}', token: '{% $states.context.Task.Token %}' },
      },
      Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }],
      End: undefined,
      Next: 'Judge',
    }),
    Late: { Type: 'Pass', Output: 'late', Next: 'Judge' },
    Judge: taskOf('judge', { Output: payload, End: true }),
  }),
}

function createSample(concurrency = 2) {
  const busy = new Set<number>()
  const world: ReturnType<typeof createWorld> = createWorld({
    machines,
    concurrency,
    documents: { 'items.jsonl': '1\n2\n3\n4\n5\n' },
    handlers: {
      list: ({ page }: { page: number }) => page === 2,
      ask: ({ store, token }: { store: number; token: string }) => {
        if (store !== 2) world.answers.set(token, `answer ${store}`)
      },
      judge: (answer: string) => {
        if (answer === 'answer 3') throw named('Broken')
        return `${answer}, judged`
      },
      bad: (page: number) => `bad after ${page}`,
      one: (n: number) => n * 10,
      two: (n: number) => {
        if (n === 30) throw named('Broken')
        if (n === 20 && !busy.has(n)) {
          busy.add(n)
          throw named('Busy')
        }
        return n + 1
      },
    },
  })
  return world
}

type World = ReturnType<typeof createSample>

const resultsOf = (world: World) =>
  [...world.documents.entries()].filter(([key]) => key.startsWith('results/')).toSorted(([a], [b]) => (a < b ? -1 : 1))

/** The calls whose result the journal has must never be made again; a call that was under way may be. */
function watch(world: World) {
  const repeated: unknown[] = []
  const finished = new Set<string>()
  let made: string[] = []
  const handlers = world.handlers
  world.handlers = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      async (input: never) => {
        const call = `${name} ${JSON.stringify(input)}`
        if (finished.has(call)) repeated.push(call)
        const output = await handler(input)
        made.push(call)
        return output
      },
    ]),
  )
  return {
    repeated,
    /** Kept when the journal kept something: called with what was made since, in a world of one item at a time. */
    settle() {
      for (const call of made) finished.add(call)
      made = []
    },
    forget() {
      made = []
    },
  }
}

const expected = async () => {
  const world = createSample()
  const result = await world.run('m', { trigger: 'test' })
  return { result, results: resultsOf(world), writes: world.journal.size, calls: world.calls.length }
}

describe('an execution that is run again', () => {
  it('has a sample with everything in it', async () => {
    const { result, results } = await expected()
    expect(result).toEqual({
      status: 'SUCCEEDED',
      output: {
        stores: ['answer 1, judged', 'late, judged', 'bad after 3'],
        key: expect.any(String),
        entered: '2026-01-01T00:00:00.000Z',
      },
    })
    expect(results.map(([, text]) => text)).toEqual(['11\n21\n"Broken"\n41\n51\n', expect.any(String)])
  })

  it('does nothing again when it had ended', async () => {
    const world = createSample()
    const first = await world.run('m', { trigger: 'test' })
    const calls = world.calls.length
    const journal = new Map(world.journal)
    world.time += 1_000_000
    expect(await world.run('m', { trigger: 'test' })).toEqual(first)
    expect(world.calls.length).toBe(calls)
    expect(world.journal).toEqual(journal)
  })

  it('keeps the input that it began with', async () => {
    const world = createWorld({ machines: { m: machineOf({ A: { Type: 'Pass', End: true } }) } })
    await world.run('m', { trigger: 'nightly' })
    expect(await world.run('m', { trigger: 'on-demand' })).toMatchObject({ output: { trigger: 'nightly' } })
  })

  it.each(['lost before it was kept', 'kept, and the reply lost'])(
    'gives the same after dying at any write of the journal that was %s',
    async (fault) => {
      const undisturbed = await expected()
      for (let death = 1; death <= undisturbed.writes; death++) {
        const world = createSample()
        let writes = 0
        const die = () => {
          if (++writes >= death) throw named('Killed')
        }
        if (fault.startsWith('lost')) world.beforeWrite = die
        else world.afterWrite = die
        await expect(world.run('m', { trigger: 'test' })).rejects.toThrow(named('Killed'))
        world.beforeWrite = () => {}
        world.afterWrite = () => {}
        expect({ death, result: await world.run('m', { trigger: 'test' }), results: resultsOf(world) }).toEqual({
          death,
          result: undisturbed.result,
          results: undisturbed.results,
        })
      }
    },
  )

  it('never repeats a task that the journal has, however often it dies', async () => {
    const undisturbed = await expected()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 8 }), async (lives) => {
        const world = createSample(1)
        const environment = watch(world)
        for (const life of lives) {
          let writes = 0
          world.afterWrite = () => {
            environment.settle()
            if (++writes >= life) throw named('Killed')
          }
          await world.run('m', { trigger: 'test' }).catch(() => {})
          environment.forget()
        }
        world.afterWrite = environment.settle
        expect(await world.run('m', { trigger: 'test' })).toEqual(undisturbed.result)
        expect(resultsOf(world)).toEqual(undisturbed.results)
        expect(environment.repeated).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

describe('an interrupted execution', () => {
  it('finishes its running tasks, begins nothing new, and goes on where it was', async () => {
    const undisturbed = await expected()
    for (let stop = 1; stop <= undisturbed.calls; stop++) {
      const world = createSample()
      const handlers = world.handlers
      const before = { calls: 0, finished: 0 }
      world.handlers = Object.fromEntries(
        Object.entries(handlers).map(([name, handler]) => [
          name,
          async (input: never) => {
            if (world.interruption.signal.aborted) throw new Error(`${name} was begun after the interruption`)
            if (++before.calls === stop) world.interruption.abort()
            await new Promise(setImmediate)
            try {
              return await handler(input)
            } finally {
              before.finished++
            }
          },
        ]),
      )
      const interrupted = await world.run('m', { trigger: 'test' }).catch((error: Error) => error.name)
      expect(before.finished).toBe(before.calls)
      world.interruption = new AbortController()
      const again = await world.run('m', { trigger: 'test' })
      expect({ stop, again, results: resultsOf(world) }).toEqual({
        stop,
        again: undisturbed.result,
        results: undisturbed.results,
      })
      expect(['Interrupted', undisturbed.result]).toContainEqual(interrupted)
    }
  })

  it('stops waiting for a token at once', async () => {
    const world = createWorld({ machines: { m: machineOf({ A: waitingOf('f') }) }, handlers: { f: () => null } })
    world.events.push = (event) => {
      if (event.kind === 'waiting-for-token') world.interruption.abort()
      return 0
    }
    await expect(world.run()).rejects.toThrow(expect.objectContaining({ name: 'Interrupted' }))
    expect(world.sleeps).toEqual([])
  })

  it('stops waiting for a retry at once', async () => {
    const world = createWorld({
      machines: { m: machineOf({ A: taskOf('f', { Retry: [{ ErrorEquals: ['Busy'] }], End: true }) }) },
      handlers: {
        f: () => {
          world.interruption.abort()
          throw named('Busy')
        },
      },
    })
    await expect(world.run()).rejects.toThrow(expect.objectContaining({ name: 'Interrupted' }))
    expect(world.calls.length).toBe(1)
  })

  it('does not call a fault of the journal a failure of a state', async () => {
    const world = createWorld({
      machines: {
        m: machineOf({
          A: taskOf('f', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], Next: 'B' }),
          B: { Type: 'Succeed' },
        }),
      },
      handlers: { f: () => 1 },
    })
    world.beforeWrite = () => {
      throw named('DiskFull')
    }
    await expect(world.run()).rejects.toThrow(expect.objectContaining({ name: 'DiskFull' }))
  })
})

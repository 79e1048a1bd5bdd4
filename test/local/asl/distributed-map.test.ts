import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createWorld, distributedOf, machineOf, named, taskOf } from './world.ts'

const tick = () => new Promise(setImmediate)
const lines = (...items: unknown[]) => items.map((item) => `${JSON.stringify(item)}\n`).join('')
const payload = { Output: '{% $states.result.Payload %}', End: true }
const machine = (states: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  m: machineOf({ A: distributedOf(states, more) }),
})

type Written = { MapRunArn: string; ResultWriterDetails: { Bucket: string; Key: string } }

/** The results that a finished Map wrote, as its manifest lists them. */
function resultsOf(world: ReturnType<typeof createWorld>, result: unknown): unknown[] {
  const { Key } = (result as { output: Written }).output.ResultWriterDetails
  const manifest = JSON.parse(world.documents.get(Key)!)
  return manifest.ResultFiles.SUCCEEDED.flatMap((file: { Key: string; Size: number }) => {
    const text = world.documents.get(file.Key)!
    expect(Buffer.byteLength(text)).toBe(file.Size)
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  })
}

describe('a distributed Map', () => {
  it('writes the outputs in the order of the items, and gives where they are', async () => {
    const world = createWorld({
      machines: machine({ B: taskOf('f', payload) }),
      documents: { 'items.jsonl': lines(1, 2, 3, 4) },
      handlers: {
        f: async (n: number) => {
          for (let i = 0; i < 5 - n; i++) await tick()
          return { n }
        },
      },
    })
    const result = await world.run()
    expect(result).toEqual({
      status: 'SUCCEEDED',
      output: {
        MapRunArn: expect.stringMatching(/^arn:aws:states:local:000000000000:mapRun:m\/Items:[0-9a-f]{32}$/),
        ResultWriterDetails: {
          Bucket: 'bucket',
          Key: expect.stringMatching(/^results\/[0-9a-f]{32}\/manifest\.json$/),
        },
      },
    })
    expect(resultsOf(world, result)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }])
  })

  it.each([
    { name: 'no line', text: '', expected: [] },
    { name: 'a last line without its end', text: '1\n2', expected: [1, 2] },
    { name: 'line ends inside values', text: lines('a\nb', { c: '\n' }), expected: ['a\nb', { c: '\n' }] },
    { name: 'text beyond ASCII', text: lines('ß', '日本'), expected: ['ß', '日本'] },
    { name: 'null', text: 'null\n', expected: [null] },
  ])('reads $name', async ({ text, expected }) => {
    const world = createWorld({
      machines: machine({ B: taskOf('f', payload) }),
      documents: { 'items.jsonl': text },
      handlers: { f: (item: unknown) => item },
    })
    expect(resultsOf(world, await world.run())).toEqual(expected)
  })

  it('is begun again with all of its items where it says so', async () => {
    const retry = (...ErrorEquals: string[]) => ({ Retry: [{ ErrorEquals, MaxAttempts: 1 }] })
    const begin = (errors: string[], failing: number[]) => {
      const left = new Set(failing)
      return createWorld({
        machines: machine({ B: taskOf('f', payload) }, retry(...errors)),
        concurrency: 1,
        documents: { 'items.jsonl': lines(1, 2, 3) },
        handlers: {
          f: (n: number) => {
            if (left.delete(n)) throw named('Broken')
            return { n }
          },
        },
      })
    }
    const again = begin(['States.ExceedToleratedFailureThreshold'], [2])
    expect(resultsOf(again, await again.run())).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect(again.callsOf('f')).toEqual([1, 2, 1, 2, 3])
    const other = begin(['States.ItemReaderFailed'], [2])
    expect(await other.run()).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' })

    const late = begin(['States.ItemReaderFailed'], [])
    const get = late.documents.get.bind(late.documents)
    let asked = 0
    late.documents.get = (key) => (asked++ === 0 ? undefined : get(key))
    expect(resultsOf(late, await late.run())).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  it.each([
    { name: 'a line that is not JSON', text: '1\nx\n3\n' },
    { name: 'an empty line', text: '1\n\n3\n' },
    { name: 'an empty last line', text: '1\n\n' },
    { name: 'a byte order mark', text: '\ufeff1\n' },
    { name: 'a line cut short', text: '{"a":1}\n{"a"' },
  ])('fails over $name: no item is ever skipped', async ({ text }) => {
    const world = createWorld({
      machines: machine({ B: taskOf('f', payload) }),
      documents: { 'items.jsonl': text },
      handlers: { f: (item: unknown) => item },
    })
    expect(await world.run()).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' })
  })

  it('fails without its document', async () => {
    const world = createWorld({ machines: machine({ B: taskOf('f') }) })
    expect(await world.run()).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' })
  })

  it('fails when results cannot be written', async () => {
    const world = createWorld({
      machines: machine({ B: { Type: 'Succeed' } }),
      documents: { 'items.jsonl': lines(1) },
    })
    world.documents.set = () => {
      throw named('DiskFull')
    }
    expect(await world.run()).toMatchObject({ status: 'FAILED', error: 'States.ResultWriterFailed' })
  })

  it('selects from item and index with the variables around it, and takes key and prefix from expressions', async () => {
    const world = createWorld({
      machines: {
        m: machineOf({
          Begin: { Type: 'Pass', Assign: { runId: 'r', key: 'batches', prefix: 'p/q' }, Next: 'A' },
          A: distributedOf(
            {
              B: {
                Type: 'Pass',
                Output: { got: '{% $states.input %}', state: '{% $states.context.State.Name %}' },
                End: true,
              },
            },
            {
              ItemReader: {
                Resource: 'arn:aws:states:::s3:getObject',
                ReaderConfig: { InputType: 'JSONL' },
                Arguments: { Bucket: 'bucket', Key: '{% $key %}' },
              },
              ResultWriter: {
                Resource: 'arn:aws:states:::s3:putObject',
                Arguments: { Bucket: 'bucket', Prefix: '{% $prefix %}' },
              },
              ItemSelector: {
                runId: '{% $runId %}',
                item: '{% $states.context.Map.Item.Value %}',
                index: '{% $states.context.Map.Item.Index %}',
              },
            },
          ),
        }),
      },
      documents: { batches: lines({ batch: 7 }, { batch: 8 }) },
    })
    const result = await world.run()
    expect(resultsOf(world, result)).toEqual([
      { got: { runId: 'r', item: { batch: 7 }, index: 0 }, state: 'B' },
      { got: { runId: 'r', item: { batch: 8 }, index: 1 }, state: 'B' },
    ])
    expect((result as { output: Written }).output.ResultWriterDetails.Key).toMatch(/^p\/q\//)
  })

  it.each([
    { name: 'MaxConcurrency', maxConcurrency: 3, concurrency: 9, expected: 3 },
    { name: 'the environment', maxConcurrency: 500, concurrency: 2, expected: 2 },
  ])('works on as many items at once as $name allows', async ({ maxConcurrency, concurrency, expected }) => {
    let at = 0
    let most = 0
    const world = createWorld({
      machines: machine({ B: taskOf('f') }, { MaxConcurrency: maxConcurrency }),
      documents: { 'items.jsonl': lines(...Array.from({ length: 20 }, (_, i) => i)) },
      concurrency,
      handlers: {
        f: async () => {
          most = Math.max(most, ++at)
          await tick()
          at--
        },
      },
    })
    await world.run()
    expect(most).toBe(expected)
    expect(world.calls.length).toBe(20)
  })

  it('tolerates no failed item: begins no further one, and says which it was', async () => {
    const world = createWorld({
      machines: machine({ B: taskOf('f') }),
      documents: { 'items.jsonl': lines(...Array.from({ length: 100 }, (_, i) => i)) },
      concurrency: 4,
      handlers: {
        f: async (n: number) => {
          await tick()
          if (n === 9) throw named('Bad')
        },
      },
    })
    const first = await world.run()
    expect(first).toEqual({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'm: A: expected no item to fail, and item 9 did: Bad',
    })
    const calls = world.calls.length
    expect(calls).toBeLessThanOrEqual(14)
    expect(await world.run()).toEqual(first)
    expect(world.calls.length).toBe(calls)
  })

  it('goes on with the items that are left, and leaves one line of the journal for each', async () => {
    const world = createWorld({
      machines: machine({ B: taskOf('f', payload) }),
      documents: { 'items.jsonl': lines(...Array.from({ length: 50 }, (_, i) => i)) },
      handlers: {
        f: (n: number) => {
          if (world.calls.length === 30) world.interruption.abort()
          return n
        },
      },
    })
    await expect(world.run()).rejects.toThrow(expect.objectContaining({ name: 'Interrupted' }))
    const done = world.calls.length
    expect(done).toBeGreaterThanOrEqual(30)
    expect(done).toBeLessThan(50)
    world.interruption = new AbortController()
    expect(resultsOf(world, await world.run())).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(world.calls.length).toBe(50)
    // The beginning of the execution, the items, and the Map.
    expect(world.journal.size).toBe(1 + 50 + 1)
  })

  it('cuts results into parts of about a megabyte', async () => {
    const world = createWorld({
      machines: machine({ B: { Type: 'Pass', Output: "{% $pad('', 100000, 'x') %}", End: true } }),
      documents: { 'items.jsonl': lines(...Array.from({ length: 25 }, (_, i) => i)) },
    })
    const result = await world.run()
    expect(resultsOf(world, result).length).toBe(25)
    expect([...world.documents.keys()].filter((key) => key.endsWith('.jsonl')).length).toBe(1 + 3)
  })

  it('holds neither items nor outcomes of 100,000 items in memory', async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const count = 100_000
    const item = 'x'.repeat(200)
    const world = createWorld({
      machines: machine({ B: { Type: 'Pass', End: true } }),
      documents: { 'items.jsonl': `${JSON.stringify({ item })}\n`.repeat(count) },
      concurrency: 64,
    })
    // What is durable is not held here: a step of an item reads as the same outcome once it was written.
    const written = new Uint8Array(count)
    const itemOf = (key: string) => Number(/\[(\d+)\]$/.exec(key)?.[1] ?? Number.NaN)
    world.events.push = () => 0
    let reads = 0
    let first = 0
    let most = 0
    world.documents.set = () => world.documents
    const { get, set } = world.journal
    world.journal.set = (key, json) => {
      if (Number.isNaN(itemOf(key))) return set.call(world.journal, key, json)
      written[itemOf(key)] = 1
      return world.journal
    }
    world.journal.get = (key) => {
      if (++reads % 50_000 === 1_000) {
        gc()
        const { heapUsed } = process.memoryUsage()
        first ||= heapUsed
        most = Math.max(most, heapUsed)
      }
      if (Number.isNaN(itemOf(key))) return get.call(world.journal, key)
      return written[itemOf(key)] === 1 ? '{"result":{"item":"y"}}' : undefined
    }
    expect((await world.run()).status).toBe('SUCCEEDED')
    expect(reads).toBeGreaterThan(3 * count)
    expect(written.every((is) => is === 1)).toBe(true)
    expect(most - first).toBeLessThan(10_000_000)
  })
})

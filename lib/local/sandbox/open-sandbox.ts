import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { createCounters } from './counters.ts'

/**
 * `composition` is the URL of a module that exports `composeWorker`: what ports a worker has is not for it to say. `counters`: memory of
 * `createCounters`, where workers also see how many of them are busy on how many `cores`.
 */
export type WorkerData = {
  composition: string
  stateRoot: string
  counters: SharedArrayBuffer
  cores: number
  logFile: string
  /** Where compiled code is kept, if anywhere: a thread does not do as its process does by itself. */
  compileCache?: string
}
export type Call = { id: number; name: string; payload: unknown }
/** What will be called: it is loaded before. */
export type Announcement = { soon: readonly string[] }
export type Reply =
  | { id: number; kind: 'output'; output: unknown }
  /** `code`: what a system calls the fault, if it is one of a system. */
  | { id: number; kind: 'error'; name: string; message: string; code?: string }

/**
 * Threads that run handlers, each one call at a time; further calls wait for a free one. `prepare` starts a thread before it is needed, for these
 * handlers: loading them takes a third of a second, in which other threads do something else.
 */
export type Sandbox = {
  invoke(name: string, payload: unknown): Promise<unknown>
  prepare(names: readonly string[]): void
  /** Nobody waits any more for calls of these names: those without a thread are given up now, those at work when so much time is over. They end as if their thread had died. */
  giveUp(names: readonly string[], milliseconds: number): void
  close(): Promise<void>
}

/** Scanning makes short-lived buffers only: a small young generation keeps every thread tens of megabytes smaller. */
const resourceLimits = { maxYoungGenerationSizeMb: 16 }

type Waiting = { call: Call; resolve: (output: unknown) => void; reject: (error: Error) => void }

/** Opens `size` threads, each started when it is first needed unless it was prepared. A thread that dies fails its call and is replaced. */
export function openSandbox(size: number, data: WorkerData): Sandbox {
  const idle: Worker[] = []
  const queue: Waiting[] = []
  const busy = new Map<Worker, Waiting>()
  const { setBusyThreads } = createCounters(data.counters)
  let started = 0
  let closed = false
  let givingUp: NodeJS.Timeout | undefined
  let calls = 0

  const start = () => {
    const workerData = { ...data, compileCache: getCompileCacheDir() && dirname(getCompileCacheDir()!) }
    const worker = new Worker(new URL('./start-worker.mjs', import.meta.url), { workerData, resourceLimits })
    started++
    worker.on('message', (reply: Reply) => {
      const waiting = busy.get(worker)
      busy.delete(worker)
      idle.push(worker)
      if (waiting) settle(waiting, reply)
      next()
    })
    let cause: unknown
    worker.once('error', (error) => {
      cause = error
    })
    worker.once('exit', (code) => {
      const waiting = busy.get(worker)
      busy.delete(worker)
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1)
      started--
      waiting?.reject(exitError(cause ?? code))
      if (!closed) next()
    })
    return worker
  }

  const next = () => {
    while (queue.length > 0 && (idle.length > 0 || started < size)) {
      const worker = idle.pop() ?? start()
      const waiting = queue.shift()!
      busy.set(worker, waiting)
      worker.postMessage(waiting.call)
    }
    setBusyThreads(busy.size)
  }

  return {
    invoke: (name, payload) =>
      new Promise((resolve, reject) => {
        queue.push({ call: { id: calls++, name, payload }, resolve, reject })
        next()
      }),
    prepare(names) {
      if (started === size) return
      const worker = start()
      worker.postMessage({ soon: names } satisfies Announcement)
      idle.push(worker)
    },
    giveUp(names, milliseconds) {
      const isMeant = ({ call }: Waiting) => names.includes(call.name)
      const unbegun = queue.filter(isMeant)
      queue.splice(0, queue.length, ...queue.filter((each) => !isMeant(each)))
      for (const { reject } of unbegun) reject(exitError('given up'))
      givingUp = setTimeout(() => {
        for (const [worker, waiting] of busy) if (isMeant(waiting)) void worker.terminate()
      }, milliseconds)
    },
    async close() {
      closed = true
      clearTimeout(givingUp)
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()))
    },
  }
}

function settle({ resolve, reject }: Waiting, reply: Reply): void {
  if (reply.kind === 'output') resolve(reply.output)
  else {
    const { name, message, code } = reply
    reject(Object.assign(new Error(message), { name, ...(code !== undefined && { code }) }))
  }
}

/** The name that Lambda gives to a sandbox that ended in the middle of a call. */
function exitError(cause: unknown): Error {
  return Object.assign(new Error('worker: expected an answer, and it ended without one', { cause }), {
    name: 'Runtime.ExitError',
  })
}

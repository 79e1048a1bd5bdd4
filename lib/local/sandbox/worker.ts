import { parentPort, workerData } from 'node:worker_threads'
import type { Ports } from '../../ports.ts'
import { logToFile } from './log-file.ts'
import type { Announcement, Call, Reply, WorkerData } from './open-sandbox.ts'

/** One thread that runs handlers (`start-worker.mjs` begins it): the embedded counterpart of a Lambda's sandbox, warm between calls. */
const data = workerData as WorkerData
logToFile(data.logFile)

const { composeWorker } = (await import(data.composition)) as { composeWorker(data: WorkerData): Ports }
const { provide } = await import('../../../functions/runtime.ts')
const { callHandler, loadHandler } = await import('./call-handler.ts')
const ports = composeWorker(data)
provide(async () => ports)

parentPort?.on('message', async (message: Call | Announcement) => {
  if ('soon' in message) {
    // What cannot be loaded is told when it is called.
    for (const name of message.soon) await loadHandler(name).catch(() => undefined)
    return
  }
  const { id, name, payload } = message
  const reply: Reply = await callHandler(name, payload).then(
    (output) => ({ id, kind: 'output' as const, output }),
    (error: Error) => {
      const code = codeOf(error)
      return { id, kind: 'error' as const, name: error.name, message: error.message, ...(code && { code }) }
    },
  )
  parentPort?.postMessage(reply)
})

function codeOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  return undefined
}

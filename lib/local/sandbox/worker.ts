import { parentPort, workerData } from 'node:worker_threads'
import { stateDirectory } from '../state-directory.ts'
import { createCounters } from './counters.ts'
import { logToFile } from './log-file.ts'
import type { Call, Reply, WorkerData } from './open-sandbox.ts'

/** One thread that runs handlers: the embedded counterpart of a Lambda's sandbox, warm between calls. */
const { stateRoot, counters, logFile } = workerData as WorkerData
logToFile(logFile)

const { localPorts } = await import('../local-ports.ts')
const { provide } = await import('../../../functions/runtime.ts')
const { callHandler } = await import('./call-handler.ts')
const { AdapterMissing } = await import('../../errors.ts')

const configuration = {
  read: async () => {
    throw new AdapterMissing('worker: configuration: expected to be read by open-run in the main thread')
  },
}
const ports = localPorts(stateDirectory(stateRoot), { configuration, meter: createCounters(counters).meter })
provide(async () => ports)

parentPort?.on('message', async ({ id, name, payload }: Call) => {
  const reply: Reply = await callHandler(name, payload).then(
    (output) => ({ id, kind: 'output' as const, output }),
    (error: Error) => ({ id, kind: 'error' as const, name: error.name, message: error.message }),
  )
  parentPort?.postMessage(reply)
})

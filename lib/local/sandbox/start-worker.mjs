// A thread starts with this: what keeps compiled code has to be on before the first file that would have to be compiled.
import { enableCompileCache } from 'node:module'
import { workerData } from 'node:worker_threads'

if (workerData.compileCache !== undefined) enableCompileCache(workerData.compileCache)
await import('./worker.ts')

import { hash, randomBytes } from 'node:crypto'
import { EvidenceMissing } from '../../../lib/errors.ts'
import type { Evidence, LargeEvidence, RequestRecord, RunRecord, RunState } from '../../../lib/ports.ts'
import { sourceOfBytes } from '../../../lib/subject-index/index-source.ts'

/** Ports of a deployment in memory. What they hold outlives whoever is killed. */

const describe = (body: Uint8Array, created: boolean) => ({
  sha256: hash('sha256', body, 'hex'),
  bytes: body.length,
  created,
})

/** Write-once documents; ordinary ones and large ones share their keys. */
export function memoryEvidence(documents: Map<string, Uint8Array> = new Map()) {
  const put = (key: string, body: Uint8Array | string) => {
    const created = !documents.has(key)
    if (created) documents.set(key, Uint8Array.from(Buffer.from(body as string)))
    return describe(documents.get(key)!, created)
  }
  const get = (key: string) => {
    const body = documents.get(key)
    if (body === undefined) throw new EvidenceMissing(`evidence: ${key}: expected a document, got none`)
    return body
  }
  const evidence: Evidence = {
    put: async (key, body) => put(key, body),
    get: async (key) => Uint8Array.from(get(key)),
    has: async (key) => documents.has(key),
    async *list(prefix, after = '') {
      yield* [...documents.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
    },
  }
  const largeEvidence: LargeEvidence = {
    async draft() {
      const chunks: Buffer[] = []
      return {
        write: (bytes) => void chunks.push(Buffer.from(bytes)),
        publish: async (key) => put(key, Buffer.concat(chunks)),
        discard: async () => {},
      }
    },
    open: async (key) => sourceOfBytes(get(key)),
    look: async (key, use) => use(sourceOfBytes(get(key))),
  }
  return { documents, evidence, largeEvidence }
}

export function memoryRunState(): RunState {
  const runs = new Map<string, RunRecord>()
  const requests = new Map<string, RequestRecord>()
  return {
    putRun: async (run) => void runs.set(run.runId, structuredClone(run)),
    getRun: async (runId) => structuredClone(runs.get(runId)),
    listRuns: async () => [...runs.values()].toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1)),
    putRequest: async (request) => void requests.set(request.requestId, structuredClone(request)),
    getRequest: async (requestId) => structuredClone(requests.get(requestId)),
    listRequests: async (runId) => [...requests.values()].filter((each) => each.runId === runId),
  }
}

/** The first answer to a token counts. */
export function memoryTokens() {
  const answers = new Map<string, unknown>()
  return {
    succeed: async (token: string, output: unknown) => {
      if (!answers.has(token)) answers.set(token, output)
    },
    read: async (token: string) => answers.get(token),
  }
}

export function memoryJournal(steps: Map<string, string> = new Map()) {
  return {
    steps,
    read: async (execution: string, step: string) => steps.get(`${execution} ${step}`),
    write: async (execution: string, step: string, json: string) => {
      const key = `${execution} ${step}`
      if (!steps.has(key)) steps.set(key, json)
    },
  }
}

export function memoryCaseKey() {
  const key = new Uint8Array(randomBytes(32))
  return { read: async () => key }
}

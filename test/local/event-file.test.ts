import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventFile } from '../../lib/local/event-file.ts'
import { scratchDirectory } from '../support/scratch.ts'

const request = (requestId: string) =>
  ({ id: `${requestId}-request`, runId: 'run-1', storeId: 'sg', pass: 0, requestId, channel: 'manual' }) as const

describe('events on one machine', () => {
  it('are lines of a file that only its owner reads, in the order in which they were told', async () => {
    const path = join(scratchDirectory(), 'events.jsonl')
    const [first, second] = [eventFile(path), eventFile(path)]
    await first.publish('odv.request', request('q-1'))
    await second.publish('odv.request', request('q-2'))
    await first.publish('odv.request', request('q-1'))
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { kind: 'odv.request', ...request('q-1') },
      { kind: 'odv.request', ...request('q-2') },
      { kind: 'odv.request', ...request('q-1') },
    ])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('that cannot be told are a fault', async () => {
    await expect(eventFile('/nowhere/events.jsonl').publish('odv.request', request('q'))).rejects.toThrow('ENOENT')
  })
})

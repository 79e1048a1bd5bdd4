import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { makeIndex } from '../subject-index/make-index.ts'

/**
 * A backup may be a million small files. V8 keeps the hidden class of an object that was made with a getter, and of a generator function that was
 * made in a function, until it collects everything, and all that either of them can see: so nothing that is made anew for each content has one.
 */
const index = makeIndex(['7000000000000001', 'bob@example.org', 'bob_w77', '6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9'])
const lines = (...each: string[]) => Buffer.from(each.join('\r\n'))
const contents = {
  text: Buffer.from(
    '{"id":"1000123456789012","email":"user17@example.org","url":"https://example.org/a%20b"}\n'.repeat(3),
  ),
  markup: Buffer.from('<?xml version="1.0"?><a><b>text &amp; more</b><c x="1">user17@example.org</c></a>'),
  mail: lines(
    'From: a@example.org',
    'Subject: =?utf-8?q?R=C3=A9?=',
    'MIME-Version: 1.0',
    'Content-Transfer-Encoding: base64',
    '',
    'aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=',
    '',
  ),
}

setFlagsFromString('--expose-gc')
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc')

/** Bytes that only a collection of everything can free. */
const lasting = () =>
  getHeapSpaceStatistics()
    .filter(({ space_name }) => space_name.startsWith('old') || space_name.includes('large'))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0)

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function scanTimes(bytes: Buffer, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    expect((await scanObject(once(bytes), index, () => {})).complete).toBe(true)
    if (time % 10 === 9) collect({ type: 'minor' })
  }
}

describe('small contents', () => {
  for (const [kind, bytes] of Object.entries(contents))
    it(`leave nothing behind for long: ${kind}`, async () => {
      await scanTimes(bytes, 300)
      collect()
      const before = lasting()
      await scanTimes(bytes, 300)
      expect((lasting() - before) / 300).toBeLessThan(1024)
    })
})

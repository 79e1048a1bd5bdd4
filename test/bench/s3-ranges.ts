import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism, cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { s3Stores } from '../../lib/aws/bucket/s3-store.ts'

/**
 * One large object over connections that each bring 20 MB/s and answer after 30 ms, as S3's do (a single one brings 60 to
 * 90 there): what reading ahead in ranges is worth, by the number of ranges that are held and their size. The server is a
 * process of its own. Usage: node test/bench/s3-ranges.ts
 */
const perSecond = 20e6
const answerMs = 30
const size = 192 << 20

if (process.argv[2] === 'serve') serve()
else await measure()

function serve(): void {
  const block = Buffer.alloc(256 << 10, '{"user_id":"8300000000000000001"}\n')
  const server = createServer(async (incoming, outgoing) => {
    await pause(answerMs)
    if (incoming.url?.includes('?tagging'))
      return void outgoing.writeHead(405).end('<Error><Code>MethodNotAllowed</Code></Error>')
    const [, from = '0', to = String(size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '') ?? []
    const [begin, end] = [Number(from), Number(to) + 1]
    outgoing.writeHead(incoming.headers.range ? 206 : 200, {
      etag: '"e"',
      'content-length': end - begin,
      ...(incoming.headers.range && { 'content-range': `bytes ${begin}-${end - 1}/${size}` }),
    })
    const began = performance.now()
    for (let at = begin; at < end && !outgoing.destroyed; at += block.length) {
      outgoing.write(block.subarray(0, Math.min(block.length, end - at)))
      await pause(Math.max(0, ((at + block.length - begin) / perSecond) * 1000 - (performance.now() - began)))
    }
    outgoing.end()
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

async function measure(): Promise<void> {
  const child = fork(new URL(import.meta.url), ['serve'])
  const port = await new Promise((resolve) => child.once('message', resolve))
  const rows: { lanes: number; mebibytes: number; speed: number; held: string }[] = []
  const cases = [1, 2, 4, 8].flatMap((lanes) => [4, 8, 16].map((mebibytes) => ({ lanes, mebibytes })))
  for (const { lanes, mebibytes } of [{ lanes: 0, mebibytes: 0 }, ...cases]) {
    const rangeBytes = lanes === 0 ? size : mebibytes << 20
    const speed = await readOnce(`http://127.0.0.1:${port}`, {
      attempts: 3,
      pauseMs: 100,
      openingPauseMs: 100,
      rangeBytes,
      lanes,
    })
    rows.push({ lanes, mebibytes, speed, held: lanes === 0 ? 'nothing' : `${lanes * mebibytes} MiB` })
  }
  child.kill()
  const one = rows[0]!.speed
  const report = [
    '# One object in ranges, read ahead',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node.js ${process.versions.node}; ${size >> 20} MiB, connections of ${perSecond / 1e6} MB/s that answer after ${answerMs} ms`,
    '',
    '| ranges held | of | memory | MB/s | against one connection |',
    '|---|---|---|---|---|',
    ...rows.map(({ lanes, mebibytes, speed, held }) =>
      lanes === 0
        ? `| one connection | | ${held} | ${(speed / 1e6).toFixed(0)} | 1.0 × |`
        : `| ${lanes} | ${mebibytes} MiB | ${held} | ${(speed / 1e6).toFixed(0)} | ${(speed / one).toFixed(1)} × |`,
    ),
    '',
  ].join('\n')
  console.log(report)
  writeFileSync(new URL(`results/${new Date().toISOString().slice(0, 10)}-s3-ranges.md`, import.meta.url), report)
}

/** Bytes for each second, of the whole object. */
async function readOnce(
  endpoint: string,
  bodyLimits: { attempts: number; pauseMs: number; openingPauseMs: number; rangeBytes: number; lanes: number },
): Promise<number> {
  const stores = s3Stores({ credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, bodyLimits })
  const store = await stores.open({ id: 's', channel: { kind: 'none' }, s3: { bucket: 'backups', endpoint } })
  const modifiedAt = '2026-01-01T00:00:00.000Z'
  const began = performance.now()
  const opened = await store.open({
    kind: 'object',
    key: 'a',
    versionId: 'v',
    current: true,
    size,
    modifiedAt,
    etag: 'e',
  })
  if (opened.kind !== 'opened') throw new Error(`expected an object, got ${opened.reason}`)
  let bytes = 0
  for await (const chunk of opened.chunks) bytes += chunk.length
  await opened.close()
  if (bytes !== size) throw new Error(`expected ${size} bytes, got ${bytes}`)
  return bytes / ((performance.now() - began) / 1000)
}

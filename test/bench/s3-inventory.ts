import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startMinistack } from '../support/ministack.ts'

/**
 * A whole `odv run` over a bucket of 200,000 object versions on MiniStack: seconds, peak memory and requests for each
 * version, all of which pass a counter on the way. A tenth of the keys are written over once, so that there are noncurrent
 * versions. MiniStack is a single process of Python and is most of the time. Usage:
 * ODV_MINISTACK=/path/to/ministack node test/bench/s3-inventory.ts [versions]
 */
const versions = Number(process.argv[2] ?? 200_000)
const keys = Math.floor(versions / 1.1)
const lines = 3
const root = mkdtempSync(join(tmpdir(), 'odv-bench-'))
const odv = fileURLToPath(new URL('../../lib/cli/odv.mjs', import.meta.url))
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

const server = await startMinistack()
const counter = await countRequests(server.endpoint)
await call('PUT', '/backups')
await call('PUT', '/backups?versioning', '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>')
const writing = seconds()
await writeVersions()
const written = writing()
const half = await measured(Math.floor(versions / 2), `backups-half`)
const whole = await measured(versions, 'backups')
report()
counter.close()
await server.stop()
agent.destroy()
rmSync(root, { recursive: true, force: true })

type Measured = { versions: number; seconds: number; peak: number; requests: Record<string, number> }

/** A run over the keys of the first half, and one over all: memory must not grow with the store. */
async function measured(expected: number, name: string): Promise<Measured> {
  const prefix = name === 'backups' ? {} : { prefix: 'a/' }
  writeFileSync(
    join(root, 'ids.txt'),
    Array.from({ length: 1000 }, (_, n) => `7${String(n).padStart(18, '0')}\n`).join(''),
  )
  const s3 = { bucket: 'backups', endpoint: counter.endpoint, ...prefix }
  writeFileSync(
    join(root, 'odv.json'),
    JSON.stringify({ manifest: 'ids.txt', stores: [{ id: 's', country: 'SG', s3 }] }),
  )
  counter.reset()
  const took = seconds()
  let peak = 0
  const child = spawn(process.execPath, [odv, 'run', '--json', '--state', name], {
    cwd: root,
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid!))
  }, 200)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(watch)
  if (code !== 0) throw new Error(`odv run: expected exit code 0, got ${code}`)
  const requests = counter.counts()
  if (Math.abs((requests.GetObject ?? 0) - expected) > 1)
    throw new Error(`expected ${expected} objects, got ${requests.GetObject}`)
  return { versions: expected, seconds: took(), peak, requests }
}

/** Half of the versions below `a/`, half below `b/`. */
async function writeVersions(): Promise<void> {
  let left = versions
  const worker = async () => {
    for (let n = --left; n >= 0; n = --left) {
      const side = n % 2 === 0 ? 'a' : 'b'
      const key = `${side}/2026/${String((n >> 1) % Math.ceil(keys / 2)).padStart(7, '0')}.jsonl`
      const record = (line: number) =>
        `${JSON.stringify({ user_id: `8${String(n * lines + line).padStart(18, '0')}`, at: n })}\n`
      await call('PUT', `/backups/${key}`, Array.from({ length: lines }, (_, line) => record(line)).join(''))
    }
  }
  await Promise.all(Array.from({ length: 32 }, worker))
}

/** MiniStack asks for no signature. */
function call(method: string, path: string, body = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      server.endpoint + path,
      { method, agent, headers: { 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        answer.resume()
        answer.once('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`${method}: ${answer.statusCode}`)),
        )
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

async function countRequests(target: string) {
  let counts: Record<string, number> = {}
  const proxy = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', target)
    const kinds = { versions: 'ListObjectVersions', uploads: 'ListMultipartUploads', tagging: 'GetObjectTagging' }
    const kind = Object.entries(kinds).find(([name]) => url.searchParams.has(name))?.[1] ?? 'GetObject'
    counts[kind] = (counts[kind] ?? 0) + 1
    const passed = request(url, { method: incoming.method ?? 'GET', headers: incoming.headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.once('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    counts: () => counts,
    reset() {
      counts = {}
    },
    close() {
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}

function seconds(): () => number {
  const began = performance.now()
  return () => (performance.now() - began) / 1000
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

function report(): void {
  const operations = ['ListObjectVersions', 'ListMultipartUploads', 'GetObject', 'GetObjectTagging']
  const row = (run: Measured) => {
    const total = Object.values(run.requests).reduce((sum, each) => sum + each, 0)
    const cells = [run.versions.toLocaleString('en-US'), run.seconds.toFixed(0), `${run.peak.toFixed(0)} MiB`]
    const counted = operations.map((name) => String(run.requests[name] ?? 0))
    return `| ${[...cells, ...counted, (total / run.versions).toFixed(4)].join(' | ')} |`
  }
  const report = [
    `# odv run over a bucket of ${versions.toLocaleString('en-US')} object versions on MiniStack`,
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node.js ${process.versions.node}; two listings, every version read once, ${lines} records each; written in ${written.toFixed(0)} s`,
    '',
    `| versions | seconds | peak memory | ${operations.join(' | ')} | requests for each version |`,
    '|---|---|---|---|---|---|---|---|',
    row(half),
    row(whole),
    '',
  ].join('\n')
  console.log(report)
  if (versions >= 200_000)
    writeFileSync(new URL(`results/${new Date().toISOString().slice(0, 10)}-s3-inventory.md`, import.meta.url), report)
}

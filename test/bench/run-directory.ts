import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'

/**
 * A whole `odv run` over 10,000 files of 2 GB and 10^6 identifiers, beside `cat` and `sha256sum` of the same files in the
 * same run: how far from the disk's speed, and with how much memory. Usage: node test/bench/run-directory.ts [files]
 */
const files = Number(process.argv[2] ?? 10_000)
const fileBytes = 200_000
const rounds = 3
const root = mkdtempSync(join(tmpdir(), 'odv-bench-'))
const odv = fileURLToPath(new URL('../../lib/cli/odv.mjs', import.meta.url))

makeStore()
const times: Record<string, number[]> = { cat: [], sha256sum: [], 'odv run': [] }
let peak = 0
for (let round = 0; round < rounds; round++) {
  times.cat!.push(shell('cat store/*/* > /dev/null'))
  times.sha256sum!.push(shell('sha256sum store/*/* > /dev/null'))
  times['odv run']!.push(await runOdv(round))
}
report()
rmSync(root, { recursive: true, force: true })

function makeStore(): void {
  const random = seededRandom(7)
  const id = () => `7${Array.from({ length: 18 }, () => Math.floor(random() * 10)).join('')}`
  const line = () =>
    `${JSON.stringify({ event: 'view', user_id: id(), session: id(), at: 1_763_900_000_000, page: `/home/${id()}`, agent: 'Mozilla/5.0 (X11; Linux x86_64)' })}\n`
  const blob = Buffer.from(Array.from({ length: 6000 }, line).join(''))
  for (let file = 0; file < files; file++) {
    const directory = join(root, 'store', String(Math.floor(file / 100)).padStart(3, '0'))
    mkdirSync(directory, { recursive: true })
    const from = blob.indexOf(10, Math.floor(random() * (blob.length - fileBytes - 1000))) + 1
    writeFileSync(join(directory, `${file}.jsonl`), blob.subarray(from, from + fileBytes))
  }
  writeFileSync(join(root, 'ids.txt'), Array.from({ length: 1_000_000 }, () => `${id()}\n`).join(''))
}

function shell(command: string): number {
  const began = performance.now()
  const { status } = spawnSync('sh', ['-c', command], { cwd: root })
  if (status !== 0) throw new Error(`${command}: expected exit code 0, got ${status}`)
  return (performance.now() - began) / 1000
}

async function runOdv(round: number): Promise<number> {
  const began = performance.now()
  const args = [odv, 'run', '--manifest', 'ids.txt', '--store', 's=store', '--state', `state-${round}`, '--json']
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid!))
  }, 100)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(watch)
  if (code !== 0) throw new Error(`odv run: expected exit code 0, got ${code}`)
  return (performance.now() - began) / 1000
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

function report(): void {
  const median = (name: string) => times[name]!.toSorted((a, b) => a - b)[Math.floor(rounds / 2)]!
  const gigabytes = (files * fileBytes) / 1e9
  const lines = [
    `# odv run over ${files.toLocaleString('en-US')} files, ${gigabytes.toFixed(1)} GB, 10^6 identifiers`,
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node.js ${process.versions.node}; medians of ${rounds} interleaved rounds, files in the page cache`,
    '',
    '| | seconds | GB/s | odv run takes |',
    '|---|---|---|---|',
    ...Object.keys(times).map(
      (name) =>
        `| ${name} | ${median(name).toFixed(1)} | ${(gigabytes / median(name)).toFixed(2)} | ${(median('odv run') / median(name)).toFixed(1)} × |`,
    ),
    '',
    `Peak memory of odv run: ${peak.toFixed(0)} MiB.`,
    '',
  ].join('\n')
  process.stdout.write(lines)
  const results = fileURLToPath(
    new URL(`results/${new Date().toISOString().slice(0, 10)}-run-directory.md`, import.meta.url),
  )
  writeFileSync(results, lines)
}

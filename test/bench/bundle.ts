import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Files, pinsOf, sampleKeys, sampleLog, sampleNight } from '../support/sample-bundle.ts'

/**
 * A bundle of many runs over many stores: how long it takes to make it, and to verify it with the program that it brings, in a process of its
 * own. Seconds of verifying are of the clock and of one core; `rss` is the peak. Run: `nice npm run bench:bundle -- [runs] [stores]`; results are
 * kept, dated, in `results/`. The leak gate is not passed here: it takes a subject index.
 */
const [runs, stores] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 20)]
const keys = sampleKeys()

/** One run a night; a checkpoint is kept every ten. */
function makeBundle(): Files {
  const log = sampleLog(keys)
  for (let n = 0; n < runs; n++) {
    sampleNight(log, n, stores)
    if (n % 10 === 9 && n < runs - 1) log.checkpoint()
  }
  log.checkpoint()
  return log.bundle()
}

function write(root: string, files: Files): void {
  for (const [path, body] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), body)
  }
}

/** Runs the program and adds what it took: read from the process itself when it ends. */
function verify(root: string): string {
  const pins = pinsOf(keys).flatMap((pem, n) => {
    const path = join(root, `../${n}.pem`)
    writeFileSync(path, pem)
    return ['--key', path]
  })
  const report = `process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); console.error((userCPUTime + systemCPUTime) / 1e6, maxRSS / 1e6) })`
  const began = performance.now()
  const child = spawnSync(
    process.execPath,
    [
      ...(process.env.PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`] : []),
      '--import',
      `data:text/javascript,${encodeURIComponent(report)}`,
      join(root, 'tools/verify.mjs'),
      root,
      ...pins,
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  const seconds = (performance.now() - began) / 1000
  if (child.status !== 0 || !child.stdout.startsWith('HOLDS'))
    throw new Error(`${child.stdout.slice(0, 1000)}${child.stderr}`)
  const [cpu, rss] = child.stderr.trim().split(' ').map(Number)
  return `${seconds.toFixed(1)} s, ${cpu!.toFixed(1)} s of one core, rss ${rss!.toFixed(2)} GB`
}

const folder = mkdtempSync(join(tmpdir(), 'bundle-bench-'))
try {
  const began = performance.now()
  const files = makeBundle()
  const made = (performance.now() - began) / 1000
  const megabytes = [...files.values()].reduce((sum, { length }) => sum + length, 0) / 1e6
  const root = join(folder, 'bundle')
  write(root, files)
  console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}\n`)
  console.log('| runs × stores | files | MB | made in | verified in |\n|---|---|---|---|---|')
  console.log(
    `| ${runs} × ${stores} | ${files.size} | ${megabytes.toFixed(0)} | ${made.toFixed(1)} s | ${verify(root)} |`,
  )
} finally {
  rmSync(folder, { recursive: true })
}

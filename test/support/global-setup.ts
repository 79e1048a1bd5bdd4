import { randomInt } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { bundleProgram } from '../../infra/bundle-program.ts'
import { stopRadosgw } from './radosgw.ts'

/** All that the tests write goes into one directory, which is gone afterwards. */
export default async function setup({ config }: TestProject): Promise<(() => void) | undefined> {
  // Called for each project of the run: the first one makes it for all.
  if (process.env.TMPDIR?.includes('odv-tests-')) return undefined
  const directory = mkdtempSync(join(memoryDirectory() ?? tmpdir(), 'odv-tests-'))
  // Some tests are another user for a while.
  chmodSync(directory, 0o755)
  process.env.TMPDIR = directory
  // What one process has compiled no other one does again: test files, commands, and what these start.
  process.env.NODE_COMPILE_CACHE = join(directory, 'compile-cache')
  drawTurn(config.mode)
  // Commands start as they do after `npm ci`, also where sources have changed since.
  await bundleProgram(join(import.meta.dirname, '../..'))
  return () => {
    stopRadosgw(directory)
    rmSync(directory, { recursive: true, force: true })
  }
}

/** `npm test` takes a share of the long tables (some-of.ts): another one each time, which can be asked for again. */
function drawTurn(mode: string | undefined): void {
  if (mode === 'some') process.env.ODV_TEST_TURN ??= String(randomInt(1_000_000))
  const turn = process.env.ODV_TEST_TURN ?? 'all'
  if (turn !== 'all')
    process.stdout.write(`ODV_TEST_TURN=${turn}: a share of the long tables; npm run test:all takes all\n`)
}

/**
 * Tests write thousands of small files that the product flushes one by one: on a disk they would wait for it most of the time. No test
 * pulls the plug, so memory says the same.
 */
function memoryDirectory(): string | undefined {
  const directory = '/dev/shm'
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize > 4 * 2 ** 30 ? directory : undefined
  } catch {
    return undefined
  }
}

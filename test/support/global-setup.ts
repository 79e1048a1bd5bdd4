import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { bundleProgram } from '../../infra/bundle-program.ts'
import { stopRadosgw } from './radosgw.ts'
import { drawTurn, leftOutAt } from './turns.ts'

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
  tellTurn(drawTurn(config.mode))
  // Commands start as they do after `npm ci`, also where sources have changed since.
  await bundleProgram(join(import.meta.dirname, '../..'))
  return () => {
    stopRadosgw(directory)
    // A process that ends writes its share of the compile cache.
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** Says what `npm test` leaves out this time, so that nobody takes it for all. */
function tellTurn(turn: string): void {
  if (turn === 'all') return
  process.stdout.write(`ODV_TEST_TURN=${turn}: a share of the long tables and suites; npm run test:all takes all\n`)
  process.stdout.write(`left out this turn: ${leftOutAt(turn).join(', ')}\n`)
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

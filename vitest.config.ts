import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Many suites wait for a server of theirs: one more than there are cores keeps these busy.
    maxWorkers: availableParallelism() + 1,
  },
})

import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { drawTurn, leftOutAt } from './test/support/turns.ts'

/** Suites of more than a minute: none of them may be what everything else waits for in the end. */
const longest = [
  'aws/command-line',
  'aws/scan-task',
  'system/long-request',
  'system/crash',
  'system/command-line',
  'system/help-examples',
  'system/leak',
  'system/two-runs',
  'aws/deployed-stack',
  'infra/packaging',
  'aws/bucket/s3-deletion-run',
  'aws/wire-faults',
  'cli/deployed-run',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) =>
      longest.some((name) => moduleId.endsWith(`test/${name}.test.ts`))
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

/**
 * Suites that leave nothing behind in their process follow one another in the same ones, since to start one and to load all again takes
 * longer than most of them. Who mocks a module has one of his own, as have the longest and who measures what V8 keeps: what ran before in
 * its process changes where V8 puts what is new.
 */
const folders =
  'attestation,aws,checksums,cli,cost,decode,deletion,export,finding,infra,inventory,local,log,manifest,pipeline,proof,scan,statemachines,subject-index,system,timestamp,verdict'
const mocking = [
  'aws-ports',
  'metrics',
  'number-controls',
  'independent',
  'log-interleavings',
  'handed-over',
  'blind-matcher',
]
const measuring = ['small-contents']
const own = [...mocking, ...measuring, ...longest.map((name) => name.replace(/.*\//, ''))]
const together = `test/{${folders}}/**/!(${own.join('|')}).test.ts`

export default defineConfig(({ mode }) => {
  const leftOut = leftOutAt(drawTurn(mode)).map((suite) => `test/${suite}.test.ts`)
  return {
    test: {
      // Sources run as they do for whoever uses them: by Node.js itself, which also takes less time.
      experimental: { viteModuleRunner: false },
      globalSetup: ['test/support/global-setup.ts'],
      projects: [
        {
          extends: true,
          test: {
            name: 'alone',
            include: ['test/**/*.test.ts'],
            exclude: ['node_modules/**', together, ...leftOut],
          },
        },
        {
          extends: true,
          test: { name: 'together', include: [together], exclude: ['node_modules/**', ...leftOut], isolate: false },
        },
      ],
      // No test has a time limit of its own: these only end what would never end, also where everything takes ten times as long.
      testTimeout: 300_000,
      hookTimeout: 300_000,
      expect: { poll: { timeout: 60_000 } },
      // Many suites wait for a server of theirs: two more than there are cores keep these busy.
      maxWorkers: availableParallelism() + 2,
      sequence: { sequencer: LongestFirst },
    },
  }
})

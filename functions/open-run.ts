import { openRun } from '../lib/pipeline/open-run.ts'
import { task } from './runtime.ts'

export const handler = task('open-run', openRun, ({ trigger }) => ({ NightlyRunBegan: Number(trigger === 'nightly') }))

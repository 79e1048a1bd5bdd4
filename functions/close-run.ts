import { closeRun } from '../lib/pipeline/close-run.ts'
import { task } from './runtime.ts'

export const handler = task('close-run', closeRun, ({ verdict, verified, residual, incomplete }) => ({
  RunsVerified: Number(verdict === 'verified'),
  RunsResidual: Number(verdict === 'residual'),
  RunsIncomplete: Number(verdict === 'incomplete'),
  StoresVerified: verified,
  StoresResidual: residual,
  StoresIncomplete: incomplete,
}))

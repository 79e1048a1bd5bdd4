import { proposeCorrection } from '../lib/pipeline/propose-correction.ts'
import { task } from './runtime.ts'

export const handler = task('propose-correction', proposeCorrection)

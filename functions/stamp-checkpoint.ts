import { stampCheckpoint } from '../lib/pipeline/stamp-checkpoint.ts'
import { logger, task } from './runtime.ts'

export const handler = task(
  'stamp-checkpoint',
  async (ports, input) => {
    const stamped = await stampCheckpoint(ports, input)
    for (const { authority, why } of stamped.failed) logger.warn('no timestamp', { authority, detail: why })
    return stamped
  },
  ({ kept, failed }) => ({ TimestampsKept: kept.length, TimestampsFailed: failed.length }),
)

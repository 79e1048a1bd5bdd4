import { signCheckpoint } from '../lib/pipeline/sign-checkpoint.ts'
import { parseInput, runInput } from '../lib/pipeline/task-input.ts'
import { task } from './runtime.ts'

export const handler = task(
  'sign-checkpoint',
  async (ports, input) => {
    parseInput('sign-checkpoint', runInput, input)
    const signed = await signCheckpoint(ports)
    return { ...signed, seconds: Math.floor(ports.clock().getTime() / 1000) }
  },
  // The time itself: how long ago it was is for whoever looks.
  ({ size, seconds }) => ({ CheckpointSigned: 1, CheckpointRefused: 0, CheckpointTime: seconds, LogEntries: size }),
)

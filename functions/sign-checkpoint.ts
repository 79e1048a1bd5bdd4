import { vouchForLogKey } from '../lib/pipeline/keys/vouch-for-key.ts'
import { signCheckpoint } from '../lib/pipeline/sign-checkpoint.ts'
import { parseInput, signCheckpointInput } from '../lib/pipeline/task-input.ts'
import { task } from './runtime.ts'

export const handler = task(
  'sign-checkpoint',
  async (ports, input) => {
    const parsed = parseInput('sign-checkpoint', signCheckpointInput, input)
    if ('vouch' in parsed) return vouchForLogKey(ports, parsed.vouch)
    const signed = await signCheckpoint(ports)
    return { ...signed, seconds: Math.floor(ports.clock().getTime() / 1000) }
  },
  // The time itself: how long ago it was is for whoever looks.
  (done) =>
    'size' in done
      ? { CheckpointSigned: 1, CheckpointRefused: 0, CheckpointTime: done.seconds, LogEntries: done.size }
      : {},
)

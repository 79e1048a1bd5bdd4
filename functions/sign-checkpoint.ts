import { originOf } from '../lib/log/origin.ts'
import { signCheckpoint } from '../lib/pipeline/sign-checkpoint.ts'
import { parseInput, runInput } from '../lib/pipeline/task-input.ts'
import { task } from './runtime.ts'

export const handler = task(
  'sign-checkpoint',
  async (ports, input) => {
    parseInput('sign-checkpoint', runInput, input)
    return signCheckpoint(ports, { origin: originOf(await ports.logSigner.publicKey()) })
  },
  ({ size }) => ({ CheckpointSigned: 1, CheckpointRefused: 0, LogEntries: size }),
)

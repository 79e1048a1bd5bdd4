import { originOf } from '../lib/log/origin.ts'
import { signCheckpoint } from '../lib/pipeline/sign-checkpoint.ts'
import { task } from './runtime.ts'

export const handler = task('sign-checkpoint', async (ports) =>
  signCheckpoint(ports, { origin: originOf(await ports.logSigner.publicKey()) }),
)

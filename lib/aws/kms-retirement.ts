import { DisableKeyCommand, type KMSClient } from '@aws-sdk/client-kms'
import type { KeyRetirement } from '../ports.ts'
import { calling } from './faults.ts'
import type { KeyIds } from './kms-signers.ts'

/** Disables keys in KMS: nobody signs with them until an administrator enables them again, which is on record there. */
export function kmsRetirement(client: KMSClient, ids: Record<'attestation' | 'log', KeyIds>): KeyRetirement {
  return {
    async retire(kind, number) {
      const command = new DisableKeyCommand({ KeyId: ids[kind](number) })
      await calling(`${kind} key: disable`, () => client.send(command))
      return 'disabled'
    },
  }
}

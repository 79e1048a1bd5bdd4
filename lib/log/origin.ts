import { hash } from 'node:crypto'
import { readPublicKey } from '../attestation/public-key.ts'

/**
 * The name of the log that a key signs: it follows from the key, so that two deployments never share one and no
 * configuration can change it. @throws for a key that is not PEM
 */
export function originOf(publicKeyPem: string): string {
  return `odv.example/deletion-log/${hash('sha256', readPublicKey(publicKeyPem).spki, 'hex').slice(0, 16)}`
}

import { createPublicKey, hash } from 'node:crypto'

/**
 * The name of the log that a key signs: it follows from the key, so that two deployments never share one and no
 * configuration can change it. @throws for a key that is not PEM
 */
export function originOf(publicKeyPem: string): string {
  const spki = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' })
  return `odv.example/deletion-log/${hash('sha256', spki, 'hex').slice(0, 16)}`
}

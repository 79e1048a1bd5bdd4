import { createCipheriv, createDecipheriv, createHmac, type KeyObject } from 'node:crypto'
import { EvidenceConflict } from '../errors.ts'

/**
 * Object keys may hold identifiers, so evidence keeps them sealed: AES-256-GCM (NIST SP 800-38D) under a key derived
 * from the case key; nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes), base64.
 */
export function sealText(text: string, sealKey: KeyObject, nonce: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', sealKey, nonce)
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** @throws EvidenceConflict when the text was changed or sealed under another case key. */
export function openText(sealed: string, sealKey: KeyObject): string {
  const bytes = Buffer.from(sealed, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, 12), { authTagLength: 16 })
    decipher.setAuthTag(bytes.subarray(-16))
    return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
  } catch (cause) {
    throw new EvidenceConflict('inventory: sealed key: expected one sealed under this case key', { cause })
  }
}

/** Stands for a text that may hold an identifier: HMAC-SHA256 under the same key, hex. Equal texts have equal digests. */
export function digestText(text: string, sealKey: KeyObject): string {
  return createHmac('sha256', sealKey).update(text).digest('hex')
}

export const sealNonceLength = 12

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { KeyUnsafe } from '../errors.ts'
import type { AttestationSigner, CaseKey, LogSigner } from '../ports.ts'
import { linkOnce, makeDirectory, publishFile } from './publish-file.ts'

const caseKeyName = 'case.key'
const attestationKeyName = 'attestation-p256.pem'
const logKeyName = 'log-ed25519.pem'

/** Makes the keys that are not there yet, each whole or not at all, readable by their owner only. */
export async function makeKeyFiles(directory: string): Promise<void> {
  const pem = (key: KeyObject) => Buffer.from(key.export({ type: 'pkcs8', format: 'pem' }))
  const { privateKey: attestationKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const { privateKey: logKey } = generateKeyPairSync('ed25519')
  await publishFile(join(directory, caseKeyName), randomBytes(32))
  await publishFile(join(directory, attestationKeyName), pem(attestationKey))
  await publishFile(join(directory, logKeyName), pem(logKey))
}

/** Gives the case key of one state directory a second name in another one, on the same disk. */
export async function linkCaseKey(from: string, to: string): Promise<void> {
  await makeDirectory(to)
  await linkOnce(join(from, caseKeyName), join(to, caseKeyName))
}

/** The case key from its file. @throws KeyUnsafe */
export function caseKeyFile(directory: string): CaseKey {
  return {
    async read() {
      const key = await readKeyFile(join(directory, caseKeyName))
      if (key.length !== 32)
        throw new KeyUnsafe(`key: ${join(directory, caseKeyName)}: expected 32 bytes, got ${key.length}`)
      return new Uint8Array(key)
    },
  }
}

/** Signs attestations with the P-256 key of its file. @throws KeyUnsafe */
export function attestationKeyFile(directory: string): AttestationSigner {
  const key = () => readPrivateKey(join(directory, attestationKeyName), 'P-256', isP256)
  return {
    publicKey: async () => publicPem(await key()),
    sign: async (message) => new Uint8Array(sign('sha256', message, await key())),
  }
}

/** Signs checkpoints with the Ed25519 key of its file. @throws KeyUnsafe */
export function logKeyFile(directory: string): LogSigner {
  const key = () => readPrivateKey(join(directory, logKeyName), 'Ed25519', isEd25519)
  return {
    publicKey: async () => publicPem(await key()),
    sign: async (message) => new Uint8Array(sign(null, message, await key())),
  }
}

const isP256 = (key: KeyObject) => key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
const isEd25519 = (key: KeyObject) => key.asymmetricKeyType === 'ed25519'

const publicPem = (key: KeyObject) => String(createPublicKey(key).export({ type: 'spki', format: 'pem' }))

async function readPrivateKey(path: string, kind: string, isKind: (key: KeyObject) => boolean): Promise<KeyObject> {
  const bytes = await readKeyFile(path)
  // What OpenSSL says about a damaged key may quote it, so its error is not kept as a cause.
  const key = parsePrivateKey(bytes)
  if (!key || !isKind(key))
    throw new KeyUnsafe(`key: ${path}: expected a ${kind} private key (PKCS #8, PEM), got something else`)
  return key
}

function parsePrivateKey(bytes: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key: bytes, format: 'pem' })
  } catch {
    return undefined
  }
}

/** Opened first and judged by what was opened, so that nothing can be put in its place in between. */
async function readKeyFile(path: string): Promise<Buffer> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    throw new KeyUnsafe(`key: ${path}: expected a key file, got ${error.code ?? 'an error'}`)
  })
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new KeyUnsafe(`key: ${path}: expected a file, got something else`)
    if ((stat.mode & 0o077) !== 0)
      throw new KeyUnsafe(
        `key: ${path}: expected mode 0600, got 0${(stat.mode & 0o777).toString(8)}: others may have read it`,
      )
    return await file.readFile()
  } finally {
    await file.close()
  }
}

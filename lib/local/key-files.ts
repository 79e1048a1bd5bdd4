import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyKind } from '../attestation/key-chain.ts'
import { KeyUnsafe } from '../errors.ts'
import type { AttestationSigner, CaseKey, Keys, LogSigner } from '../ports.ts'
import { linkOnce, makeDirectory, publishFile } from './publish-file.ts'
import { whatIsThere } from './what-is-there.ts'

const caseKeyName = 'case.key'
/** The first key, and those that took its duty, counted from 2. */
const keyName = (kind: KeyKind, number: number) =>
  `${kind === 'attestation' ? 'attestation-p256' : 'log-ed25519'}${number === 1 ? '' : `.${number}`}.pem`

/** Makes the keys that are not there yet, each whole or not at all, readable by their owner only. */
export async function makeKeyFiles(directory: string): Promise<void> {
  await publishFile(join(directory, caseKeyName), randomBytes(32))
  await makeKeyFile(directory, 'attestation', 1)
  await makeKeyFile(directory, 'log', 1)
}

/** Makes the key of this number unless it is there. It signs nothing before the log says that it is in force. */
export async function makeKeyFile(directory: string, kind: KeyKind, number: number): Promise<void> {
  const { privateKey } =
    kind === 'attestation' ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }) : generateKeyPairSync('ed25519')
  await publishFile(
    join(directory, keyName(kind, number)),
    Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  )
}

/** Whether there is a file for the key of this number. */
export async function hasKeyFile(directory: string, kind: KeyKind, number: number): Promise<boolean> {
  return lstat(join(directory, keyName(kind, number))).then(
    () => true,
    () => false,
  )
}

/** Whether any key lies there. */
export async function hasKeyFiles(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  return names.some((name) => name === caseKeyName || /^(attestation-p256|log-ed25519)(\.\d+)?\.pem$/.test(name))
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

/** Signs attestations with P-256 keys in files. @throws KeyUnsafe */
export function attestationKeyFile(directory: string): AttestationSigner {
  return keysIn(directory, 'attestation', 'P-256', isP256, 'sha256')
}

/** Signs checkpoints with Ed25519 keys in files. @throws KeyUnsafe */
export function logKeyFile(directory: string): LogSigner {
  return keysIn(directory, 'log', 'Ed25519', isEd25519, null)
}

/** Each file is read when it is used: the key of a number may be made after this. */
function keysIn(
  directory: string,
  kind: KeyKind,
  what: string,
  isKind: (key: KeyObject) => boolean,
  digest: 'sha256' | null,
): Keys {
  return {
    numbered(number) {
      const key = () => readPrivateKey(join(directory, keyName(kind, number)), what, isKind)
      return {
        publicKey: async () => publicPem(await key()),
        sign: async (message) => new Uint8Array(sign(digest, message, await key())),
      }
    },
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
    throw new KeyUnsafe(`key: ${path}: expected a key file, got ${whatIsThere(error)}`)
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

import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KeyUnsafe } from '../../lib/errors.ts'
import { attestationKeyFile, caseKeyFile, logKeyFile, makeKeyFiles } from '../../lib/local/key-files.ts'
import { caseKeyContract } from '../contracts/case-key.ts'
import { attestationSignerContract, logSignerContract } from '../contracts/signers.ts'
import { memoryAttestationSigner, memoryLogSigner } from '../support/memory-signers.ts'
import { requireTool } from '../support/require-tool.ts'
import { temporaryDirectory } from './temporary-directory.ts'

async function keys(): Promise<string> {
  const directory = temporaryDirectory()
  await makeKeyFiles(directory)
  return directory
}

const names = ['attestation-p256.pem', 'case.key', 'log-ed25519.pem']

const message = new Uint8Array(Buffer.from('DSSEv1 …'))

attestationSignerContract('a key file', async () => attestationKeyFile(await keys()).numbered(1))
attestationSignerContract('the memory that other tests use', async () => memoryAttestationSigner())
logSignerContract('a key file', async () => logKeyFile(await keys()).numbered(1))
logSignerContract('the memory that other tests use', async () => memoryLogSigner())
caseKeyContract('a key file', async () => {
  const directory = await keys()
  return { key: caseKeyFile(directory), reopen: () => caseKeyFile(directory) }
})

describe('key files', () => {
  it('are made for their owner only', async () => {
    const directory = await keys()
    expect(readdirSync(directory).toSorted()).toEqual(names)
    expect(names.map((name) => statSync(join(directory, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600])
  })

  it('are made once, also by many processes at once', async () => {
    const directory = temporaryDirectory()
    await Promise.all(Array.from({ length: 5 }, () => makeKeyFiles(directory)))
    const before = names.map((name) => readFileSync(join(directory, name), 'hex'))
    await makeKeyFiles(directory)
    expect(names.map((name) => readFileSync(join(directory, name), 'hex'))).toEqual(before)
    expect(readdirSync(directory).toSorted()).toEqual(names)
  })

  it('are made where a killed process left some of them, without changing those', async () => {
    const directory = await keys()
    const before = readFileSync(join(directory, 'case.key'), 'hex')
    rmSync(join(directory, 'log-ed25519.pem'))
    writeFileSync(join(directory, '.tmp-half'), 'half a key')
    await makeKeyFiles(directory)
    expect(readFileSync(join(directory, 'case.key'), 'hex')).toBe(before)
    expect(await logKeyFile(directory).numbered(1).publicKey()).toContain('BEGIN PUBLIC KEY')
  })

  it('sign attestations so that openssl verifies them', async (context) => {
    requireTool(context, 'openssl')
    const directory = await keys()
    const signer = attestationKeyFile(directory).numbered(1)
    const work = temporaryDirectory()
    writeFileSync(join(work, 'key.pem'), await signer.publicKey())
    writeFileSync(join(work, 'message'), message)
    writeFileSync(join(work, 'signature'), await signer.sign(message))
    const said = execFileSync(
      'openssl',
      ['dgst', '-sha256', '-verify', 'key.pem', '-signature', 'signature', 'message'],
      { cwd: work, encoding: 'utf8' },
    )
    expect(said.trim()).toBe('Verified OK')
  })

  it('sign checkpoints with a key of their own', async () => {
    const directory = await keys()
    expect(await logKeyFile(directory).numbered(1).publicKey()).not.toBe(
      await attestationKeyFile(directory).numbered(1).publicKey(),
    )
  })
})

const uses: { name: string; file: string; use: (directory: string) => Promise<unknown> }[] = [
  { name: 'the case key', file: 'case.key', use: (directory) => caseKeyFile(directory).read() },
  {
    name: 'the attestation key',
    file: 'attestation-p256.pem',
    use: (directory) => attestationKeyFile(directory).numbered(1).sign(message),
  },
  { name: 'the log key', file: 'log-ed25519.pem', use: (directory) => logKeyFile(directory).numbered(1).sign(message) },
  {
    name: 'the log key for its public half',
    file: 'log-ed25519.pem',
    use: (directory) => logKeyFile(directory).numbered(1).publicKey(),
  },
]

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' })

const damages: { name: string; damage: (path: string) => void }[] = [
  ...[0o640, 0o604, 0o660, 0o601, 0o610, 0o777].map((mode) => ({
    name: `has mode ${mode.toString(8)}`,
    damage: (path: string) => chmodSync(path, mode),
  })),
  { name: 'is missing', damage: (path) => rmSync(path) },
  { name: 'is empty', damage: (path) => writeFileSync(path, '') },
  {
    name: 'is cut in half',
    damage: (path) => writeFileSync(path, readFileSync(path).subarray(0, readFileSync(path).length / 2)),
  },
  {
    name: 'has bytes too many',
    damage: (path) => writeFileSync(path, Buffer.concat([randomBytes(8), readFileSync(path)])),
  },
  {
    name: 'is another kind of key',
    damage: (path) => writeFileSync(path, pem(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey)),
  },
  {
    name: 'is a link',
    damage: (path) => {
      renameSync(path, `${path}.real`)
      symlinkSync(`${path}.real`, path)
    },
  },
  {
    name: 'is a directory',
    damage: (path) => {
      rmSync(path)
      mkdirSync(path, { mode: 0o700 })
    },
  },
  {
    name: 'is a pipe',
    damage: (path) => {
      rmSync(path)
      execFileSync('mkfifo', ['-m', '600', path])
    },
  },
]

describe('an unsafe key file', () => {
  for (const { name, file, use } of uses)
    for (const { name: state, damage } of damages)
      it(`is refused: ${name}, when its file ${state}`, async () => {
        const directory = await keys()
        const secret = readFileSync(join(directory, file), 'latin1')
        damage(join(directory, file))
        const refused = await use(directory).then(
          () => undefined,
          (error: Error) => error,
        )
        expect(refused).toBeInstanceOf(KeyUnsafe)
        expect(refused?.message).toContain(file)
        expect(refused?.cause).toBeUndefined()
        // The case key has 32 bytes: two of them can be in any text by chance.
        expect(refused?.message).not.toContain(secret.slice(secret.length > 60 ? 30 : 0, 60))
      })

  it('is refused when one key file has taken the place of the other', async () => {
    const directory = await keys()
    renameSync(join(directory, 'log-ed25519.pem'), join(directory, 'kept'))
    renameSync(join(directory, 'attestation-p256.pem'), join(directory, 'log-ed25519.pem'))
    renameSync(join(directory, 'kept'), join(directory, 'attestation-p256.pem'))
    await expect(logKeyFile(directory).numbered(1).sign(message)).rejects.toThrow(KeyUnsafe)
    await expect(attestationKeyFile(directory).numbered(1).sign(message)).rejects.toThrow(KeyUnsafe)
  })
})

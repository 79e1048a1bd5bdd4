import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KeyUnsafe } from '../../lib/errors.ts'
import { attestationKeyFile, caseKeyFile } from '../../lib/local/key-files.ts'
import { linkOnce, makeDirectory } from '../../lib/local/publish-file.ts'
import { openDatabase } from '../../lib/local/sqlite-database.ts'
import { isStateDirectory, makeStateDirectory, stateDirectory } from '../../lib/local/state-directory.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const newPaths = () => stateDirectory(join(temporaryDirectory(), 'deep', '.odv'))

describe('a state directory', () => {
  it('is made with everything in it for its owner only', async () => {
    const paths = newPaths()
    await makeStateDirectory(paths)
    const modes = [paths.root, paths.evidence, paths.keys, paths.anchor].map((path) => statSync(path).mode & 0o777)
    expect(modes).toEqual([0o700, 0o700, 0o700, 0o700])
  })

  it('is one once it has a database', async () => {
    const paths = newPaths()
    expect(await isStateDirectory(paths)).toBe(false)
    await makeStateDirectory(paths)
    expect(await isStateDirectory(paths)).toBe(false)
    openDatabase(paths.database).close()
    expect(await isStateDirectory(paths)).toBe(true)
  })

  it('is not made among files of others, which may be backups', async () => {
    const root = temporaryDirectory()
    for (const name of ['.snapshot', 'lost+found']) mkdirSync(join(root, name))
    await makeStateDirectory(stateDirectory(root))
    const others = temporaryDirectory()
    writeFileSync(join(others, 'users.csv'), '')
    await expect(makeStateDirectory(stateDirectory(others))).rejects.toThrow(
      /expected a new or empty one, or one of earlier runs, got one with other files; --state DIR names another one$/,
    )
    expect(readdirSync(others)).toEqual(['users.csv'])
    // One that was used: whatever else is there by now.
    writeFileSync(join(root, 'notes.txt'), '')
    await makeStateDirectory(stateDirectory(root))
  })

  it('is refused in words where files cannot have a second name, by which they are published whole', async () => {
    const place = temporaryDirectory()
    // What exFAT says of every file, others say of directories.
    await expect(linkOnce(place, join(place, 'second'))).rejects.toThrow(
      /expected a file system with hard links, got EPERM/,
    )
  })

  it('is made by all who make what is in it at the same time', async () => {
    const root = temporaryDirectory()
    const paths = Array.from({ length: 200 }, (_, n) => join(root, 'a', String(n % 2), 'b', 'c', String(n)))
    await Promise.all(paths.map((path) => makeDirectory(path)))
    expect(paths.every((path) => statSync(path).isDirectory())).toBe(true)
  })

  it.skipIf(!existsSync('/proc/self'))(
    'is refused, and not tried for ever, where the file system makes no directories',
    async () => {
      await expect(makeStateDirectory(stateDirectory('/proc/deep/odv'))).rejects.toThrow(/^ENOENT: .*'\/proc\/deep'$/)
    },
  )

  it('keeps its keys when it is made again', async () => {
    const paths = newPaths()
    await makeStateDirectory(paths)
    const key = await caseKeyFile(paths.keys).read()
    await makeStateDirectory(paths)
    openDatabase(paths.database).close()
    await makeStateDirectory(paths)
    expect(await caseKeyFile(paths.keys).read()).toEqual(key)
  })

  it('never makes a lost key anew once it is in use: another key would sign another history', async () => {
    const paths = newPaths()
    await makeStateDirectory(paths)
    openDatabase(paths.database).close()
    rmSync(join(paths.keys, 'attestation-p256.pem'))
    await makeStateDirectory(paths)
    await expect(attestationKeyFile(paths.keys).numbered(1).publicKey()).rejects.toThrow(KeyUnsafe)
    expect(readFileSync(join(paths.keys, 'case.key'))).toHaveLength(32)
  })
})

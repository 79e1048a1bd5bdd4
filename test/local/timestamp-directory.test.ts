import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FormatInvalid } from '../../lib/errors.ts'
import { timestampDirectory } from '../../lib/local/timestamp-directory.ts'
import { timestampsContract } from '../contracts/timestamps.ts'
import { temporaryDirectory } from './temporary-directory.ts'

timestampsContract('a directory', async () => timestampDirectory(join(temporaryDirectory(), 'timestamps')))

describe('timestamps in a directory', () => {
  it('are not foreign files, nor what is not as it was kept', async () => {
    const directory = join(temporaryDirectory(), 'timestamps')
    mkdirSync(directory)
    for (const name of ['.tmp-00', '1.a.json', '0000000000000001.A.json']) writeFileSync(join(directory, name), '{}')
    const timestamps = timestampDirectory(directory)
    expect(await timestamps.list()).toEqual([])
    for (const [size, text] of ['', '{}', '{"response":"AA","certificate":""}\n', '[]'].entries()) {
      writeFileSync(join(directory, `${String(size).padStart(16, '0')}.a.json`), text)
      await expect(timestamps.get({ size, authority: 'a' })).rejects.toThrow(FormatInvalid)
    }
  })
})

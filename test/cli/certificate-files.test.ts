import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseDeployedConfig } from '../../lib/aws/s3-configuration.ts'
import { loadConfig } from '../../lib/cli/load-config.ts'
import { parseConfig } from '../../lib/config.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { timestampAuthority, withoutOpenssl } from '../support/timestamp-authority.ts'

let certificate: string
beforeAll(() => {
  if (!withoutOpenssl) certificate = timestampAuthority().certificate('root')
})

const authority = { name: 'own', url: 'https://tsa.example/' }

/** A directory with a configuration, loaded as `odv run` does. */
async function load(timestamp: object, files: Record<string, string> = {}) {
  const cwd = scratchDirectory()
  writeFileSync(join(cwd, 'odv.json'), JSON.stringify({ timestamps: [timestamp] }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  return loadConfig({ stores: [], cwd })
}

describe.skipIf(withoutOpenssl)('authorities in the configuration', () => {
  it('have their certificates in it, or in a file beside it', async () => {
    const expected = [{ ...authority, certificate }]
    expect((await load({ ...authority, certificate })).timestamps).toEqual(expected)
    expect((await load({ ...authority, certificateFile: 'own.pem' }, { 'own.pem': certificate })).timestamps).toEqual(
      expected,
    )
  })

  it('are refused without one, with two, and with a file that is none', async () => {
    await expect(load(authority)).rejects.toThrow(
      'timestamps.0.certificate: expected certificates in PEM, or in its place certificateFile',
    )
    await expect(load({ ...authority, certificateFile: 'own.pem' })).rejects.toThrow('got nothing there')
    await expect(load({ ...authority, certificate, certificateFile: 'x' })).rejects.toThrow('certificateFile')
    await expect(load({ ...authority, certificateFile: 'x' }, { x: 'words' })).rejects.toThrow('timestamps: own')
  })

  it('are refused when two have one name, when an address is none, and on AWS with a file', () => {
    const own = { ...authority, certificate }
    expect(() => parseConfig({ timestamps: [own, own] })).toThrow('expected every name once')
    for (const url of ['ftp://tsa.example/', 'https://user@tsa.example/', 'tsa.example', 'https://tsa.example/#x'])
      expect(() => parseConfig({ timestamps: [{ ...own, url }] })).toThrow('expected http:// or https://')
    const file = JSON.stringify({ timestamps: [{ ...authority, certificateFile: 'own.pem' }] })
    expect(() => parseDeployedConfig(file, 'US')).toThrow('certificateFile')
  })
})

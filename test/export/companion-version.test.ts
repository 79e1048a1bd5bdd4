import { hash } from 'node:crypto'
import { expect, it } from 'vitest'
import { companionPaths, companionVersion } from '../../lib/export/report/companions.ts'
import { schemaFiles } from '../../lib/export/schemas.ts'
import { sampleBundle, sampleKeys, textIn } from '../support/sample-bundle.ts'

/**
 * Whoever has a bundle of the same version is told that it was forged where its files for people are others. When this fails: raise `companionVersion`,
 * and write here what it says.
 */
it('files for people and schemas change with their version alone', () => {
  const { files } = sampleBundle(sampleKeys())
  const texts = companionPaths.filter((path) => !path.endsWith('.pdf')).map((path) => [path, textIn(files, path)])
  // Keys and signatures are others each time.
  const said = [...texts, ...[...schemaFiles()].map(([path, text]) => [path, Buffer.from(text).toString()])]
    .map(
      ([path, text]) =>
        `${path}\n${text!.replace(/\b(?:[0-9a-f]{16}|[0-9a-f]{64})\b/g, 'digest').replace(/SHA256:\S{43}/g, 'print')}`,
    )
    .join('\n')
    .replace(/[A-Za-z0-9+/]{43}=/g, 'digest')
  expect([companionVersion, hash('sha256', said).slice(0, 16)]).toEqual([16, '6d82ad849728a9e8'])
})

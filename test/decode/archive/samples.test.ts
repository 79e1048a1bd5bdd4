import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { arSample } from '../../../lib/scan/controls/samples/ar-sample.ts'
import { cpioSample } from '../../../lib/scan/controls/samples/cpio-sample.ts'
import { sevenZipSample } from '../../../lib/scan/controls/samples/seven-zip-sample.ts'
import { tarSample } from '../../../lib/scan/controls/samples/tar-sample.ts'
import { zipSample } from '../../../lib/scan/controls/samples/zip-sample.ts'
import { requireTool } from '../../support/require-tool.ts'
import { scratchDirectory } from '../../support/scratch.ts'

const document = Buffer.from('user 1111111111\nuser 2222222222')

const readers = [
  { format: 'tar', sample: tarSample, tool: 'tar', read: ['-xf', 'archive'] },
  { format: 'zip', sample: zipSample, tool: 'python3', read: ['-m', 'zipfile', '-e', 'archive', '.'] },
  { format: 'cpio', sample: cpioSample, tool: 'cpio', read: ['-i', '--quiet', '-F', 'archive'] },
  { format: '7z', sample: sevenZipSample, tool: 'bsdtar', read: ['-xf', 'archive'] },
  { format: 'ar', sample: arSample, tool: 'ar', read: ['x', 'archive'] },
]

for (const { format, sample, tool, read } of readers)
  test(`the sample of ${format} that controls are planted in is one for ${tool} too`, (context) => {
    requireTool(context, tool)
    const cwd = scratchDirectory()
    writeFileSync(join(cwd, 'archive'), sample(document))
    execFileSync(tool, read, { cwd })
    expect(readFileSync(join(cwd, 'sample'))).toEqual(document)
  })

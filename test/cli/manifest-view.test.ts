import { expect, test } from 'vitest'
import { describeManifest } from '../../lib/cli/views/manifest-view.ts'
import { read } from '../manifest/read.ts'

const none = { count: 0, first: [] }
const index = { subjects: 1, duplicates: none, short: none, shapes: [], controls: 0 }

test.each([
  { manifest: 'userId,email,phone,batch\n12345,a@example.org,1,b\n', said: '2 other columns' },
  { manifest: '{"userId":12345,"batch":1,"email":"a@example.org"}\n', said: '1 other member' },
])(
  'whoever has other identifiers beside userId is told that they are not looked for: $said',
  async ({ manifest, said }) => {
    const { report } = await read(manifest)
    expect(describeManifest({ report, index }).join('\n')).toContain(
      `    ${said}: nobody is looked for by what stands there`,
    )
  },
)

test.each(['userId,transferredAt,batch\n12345,2026-01-01,b\n', '12345\n', '{"id":12345}\n'])(
  'nothing is said where there is nothing else: %j',
  async (manifest) => {
    const { report } = await read(manifest)
    expect(describeManifest({ report, index }).join('\n')).not.toContain('other')
  },
)

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bundleEntries } from '../../infra/bundle.ts'
import { kernelBytes } from '../../lib/scan/kernel/kernel-bytes.ts'

const root = join(import.meta.dirname, '../..')

it('a bundle has the kernel in it and runs it in a bare Node, where nothing else of the project is', async () => {
  const files = await bundleEntries(root, [
    { in: 'test/infra/children/kernel-probe.ts', out: 'probe/index' },
    { in: 'functions/scan-batch.ts', out: 'scan-batch/index' },
  ])
  const [probe, scanBatch] = ['probe', 'scan-batch'].map(
    (name) => files.find(({ path }) => path.endsWith(`${name}/index.mjs`))!.contents,
  ) as [Uint8Array, Uint8Array]
  const line = kernelBytes.split('\n')[1]!
  expect(Buffer.from(scanBatch).includes(line)).toBe(true)

  const folder = mkdtempSync(join(tmpdir(), 'odv-kernel-probe-'))
  try {
    writeFileSync(join(folder, 'index.mjs'), probe)
    const { status, stdout, stderr } = spawnSync(process.execPath, ['index.mjs'], {
      cwd: folder,
      env: {},
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ offsets: [6, 34], records: 1, inKernel: true })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { buildKernel, kernelFile } from '../../infra/build-kernel.ts'

it('builds the kernel that is committed, byte for byte', async () => {
  expect(await buildKernel()).toBe(readFileSync(kernelFile, 'utf8'))
})

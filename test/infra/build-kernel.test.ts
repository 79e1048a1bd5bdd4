import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { buildKernel, kernelFile, kernels } from '../../infra/build-kernel.ts'

it.each(kernels)('builds the kernel that is committed, byte for byte: %s', async (kernel) => {
  expect(await buildKernel(kernel)).toBe(readFileSync(kernelFile(kernel), 'utf8'))
})

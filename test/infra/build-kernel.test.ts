import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { buildKernel, kernelFile, kernels } from '../../infra/build-kernel.ts'

for (const kernel of kernels)
  it(`builds the kernel that is committed, byte for byte: ${kernel}`, async () => {
    expect(await buildKernel(kernel)).toBe(readFileSync(kernelFile(kernel), 'utf8'))
  })

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Folders of kernels, each with its sources in `assembly/` and what is compiled of them in `kernel-bytes.ts`. */
export const kernels = [
  'lib/scan/kernel',
  'lib/subject-index/kernel',
  'lib/decode/columnar/kernel',
  'lib/decode/checks/kernel',
  'lib/decode/document/xml/kernel',
  'lib/checksums/kernel',
  'lib/proof/kernel',
] as const

export const kernelFile = (kernel: string) => join(root, kernel, 'kernel-bytes.ts')

/** The text of `kernel-bytes.ts`: the compiled kernel, the same bytes for the same sources and compiler. */
export async function buildKernel(kernel: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-'))
  try {
    const outFile = join(folder, 'kernel.wasm')
    const options = [
      ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--baseDir', root],
      ...['--enable', 'simd', '--enable', 'relaxed-simd'],
    ]
    const source = `${kernel}/assembly/index.ts`
    const { error, stderr } = await asc.main([source, ...options, '--outFile', outFile])
    if (error !== null) throw new Error(stderr.toString(), { cause: error })
    return formatKernel(readFileSync(outFile))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function formatKernel(wasm: Uint8Array): string {
  const lines =
    Buffer.from(wasm)
      .toString('base64')
      .match(/.{1,120}/g) ?? []
  return `/** \`assembly/\`, compiled by \`npm run build:kernel\`: a WebAssembly module in base64. */
export const kernelBytes = \`
${lines.join('\n')}
\`
`
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const kernel of kernels) writeFileSync(kernelFile(kernel), await buildKernel(kernel))

import { join } from 'node:path'
import { LambdaClient, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda'
import { build } from 'esbuild'
import { formatZip } from '../../infra/zip.ts'
import type { Ministack } from './ministack.ts'

/** The functions that open stores. */
const names = ['plan-listing', 'take-inventory', 'scan-batch']

/**
 * Gives the functions of a deployed stage that open stores another kind of store: directories of this machine, where
 * MiniStack runs them. Everything else of them is as it was deployed.
 */
export async function openDirectories(server: Ministack, stage: string): Promise<void> {
  const lambda = new LambdaClient(server)
  for (const name of names) {
    const code = formatZip([{ name: 'index.mjs', bytes: await bundleOf(name) }])
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: `odv-${stage}-${name}`, ZipFile: code }))
  }
}

async function bundleOf(name: string): Promise<Uint8Array> {
  const contents = `
    import { awsPorts } from './lib/aws/aws-ports.ts'
    import { parseEnvironment } from './lib/aws/environment.ts'
    import { directoryDeletions } from './lib/local/directory-deletion.ts'
    import { directoryStores } from './lib/local/directory-store.ts'
    import { provide } from './functions/runtime.ts'
    const storeDeletions = { open: () => directoryDeletions() }
    provide(async () => awsPorts(parseEnvironment(process.env), { stores: directoryStores(), storeDeletions }))
    export { handler } from './functions/${name}.ts'`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    keepNames: true,
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'error',
  })
  return outputFiles[0]!.contents
}

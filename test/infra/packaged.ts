import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from '../support/once.ts'
import { copyProject } from '../support/serverless.ts'
import type { Template } from './intrinsics.ts'

/** Loaded into the packaging process: whoever reaches for the network there fails. */
const offline = `
import dns from 'node:dns'
import net from 'node:net'
const refuse = () => { throw new Error('packaging reached for the network') }
net.Socket.prototype.connect = refuse
dns.lookup = refuse
`

/** `file` is the template as it was written, for tools that read it themselves. */
export type Packaged = {
  directory: string
  file: string
  template: Template
  zip(name: string): Buffer
  remove(): void
}

/**
 * Packages a copy of the project in a directory of its own, as `npm run package` does: no network, no credentials, no
 * home directory, and nothing of the caller's environment but PATH. `params` as `--param` takes them. A stage without any is packaged once
 * for all test files, which only read it, unless it is to be `fresh`.
 */
export async function packageProject(
  stage: string,
  options: { fresh?: boolean; params?: Record<string, string> } = {},
): Promise<Packaged> {
  if (options.fresh || options.params) {
    const { directory, remove } = await packageCopy(stage, options)
    return { ...readPackage(directory), remove }
  }
  return readPackage(await once(`package-${stage}`, async () => (await packageCopy(stage, {})).directory))
}

async function packageCopy(stage: string, options: { fresh?: boolean; params?: Record<string, string> }) {
  const { directory, serverless, remove } = await copyProject(options)
  const preload = join(directory, 'offline.mjs')
  writeFileSync(preload, offline)
  const params = Object.entries(options.params ?? {}).flatMap(([name, value]) => ['--param', `${name}=${value}`])
  await serverless(['package', '--stage', stage, ...params], { node: ['--import', preload] })
  return { directory, remove }
}

function readPackage(directory: string): Packaged {
  const file = join(directory, '.serverless/cloudformation-template-update-stack.json')
  return {
    directory,
    file,
    template: JSON.parse(readFileSync(file, 'utf8')),
    zip: (name) => readFileSync(join(directory, '.build', `${name}.zip`)),
    remove: () => {},
  }
}

import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundle } from '../../infra/bundle.ts'
import { once } from './once.ts'

const root = join(import.meta.dirname, '../..')
const sources = ['serverless.yml', 'package.json', 'package-lock.json', 'functions', 'infra', 'lib', 'statemachines']

/** A copy of the project in a directory of its own, where `serverless` is typed. */
export type Project = {
  directory: string
  /**
   * `npx serverless ...`, with nothing of the caller's environment but PATH, and no home directory.
   * @throws with its output when it fails
   */
  serverless(args: readonly string[], more?: { env?: Record<string, string>; node?: string[] }): Promise<string>
  remove(): void
}

/**
 * Bundling is most of what packaging takes, and the same for every stage (test/infra/packaging.test.ts, which makes its own):
 * all copies of a test run take the bundles that one of them made, and what Serverless compiles of itself. `fresh` takes nothing from others.
 */
export async function copyProject({ fresh = false } = {}): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), 'odv-package-'))
  copyTo(directory)
  if (!fresh) writeFileSync(join(directory, 'infra/bundle.ts'), takeFrom(join(await bundledOnce(), '.build')))
  // Serverless compiles its schema of configurations, half of what it does, unless it finds that done: below its home by itself.
  const compiled = fresh ? {} : { SLS_SCHEMA_CACHE_BASE_DIR: tmpdir() }
  const program = join(root, 'node_modules/serverless/bin/serverless.js')
  return {
    directory,
    async serverless(args, { env = {}, node = [] } = {}) {
      const { PATH, NODE_COMPILE_CACHE } = process.env
      const options = { cwd: directory, env: { PATH, NODE_COMPILE_CACHE, HOME: directory, ...compiled, ...env } }
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [...node, program, ...args], options)
      return stdout + stderr
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** A copy of the project, which nobody changes, with the zip files of all functions in `.build`. */
export function bundledOnce(): Promise<string> {
  return once('bundles', async (directory) => {
    copyTo(directory)
    await bundle(directory)
    return directory
  })
}

function copyTo(directory: string): void {
  for (const source of sources) cpSync(join(root, source), join(directory, source), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
}

/** `infra/bundle.ts` of a copy that takes what was bundled. */
const takeFrom = (bundles: string) => `
import { cpSync } from 'node:fs'
import { join } from 'node:path'
export const bundle = async (root: string) => cpSync(${JSON.stringify(bundles)}, join(root, '.build'), { recursive: true })
`

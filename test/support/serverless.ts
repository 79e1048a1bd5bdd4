import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inject } from 'vitest'

const root = join(import.meta.dirname, '../..')
const sources = ['serverless.yml', 'package.json', 'functions', 'infra', 'lib', 'statemachines']

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
 * the first copy of a test run that bundles leaves what it made to the later ones. `fresh` takes nothing from others.
 */
export function copyProject({ fresh = false } = {}): Project {
  const directory = mkdtempSync(join(tmpdir(), 'odv-package-'))
  for (const source of sources) cpSync(join(root, source), join(directory, source), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const left = join(inject('bundles'), 'build')
  const taken = !fresh && existsSync(left)
  if (taken) writeFileSync(join(directory, 'infra/bundle.ts'), takeFrom(left))
  const program = join(root, 'node_modules/serverless/bin/serverless.js')
  return {
    directory,
    async serverless(args, { env = {}, node = [] } = {}) {
      const options = { cwd: directory, env: { PATH: process.env.PATH, HOME: directory, ...env } }
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [...node, program, ...args], options)
      if (!taken && !existsSync(left)) leave(join(directory, '.build'), left)
      return stdout + stderr
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** `infra/bundle.ts` of a copy that takes what another one bundled. */
const takeFrom = (left: string) => `
import { cpSync } from 'node:fs'
import { join } from 'node:path'
export const bundle = async (root: string) => cpSync(${JSON.stringify(left)}, join(root, '.build'), { recursive: true })
`

/** Whole or not at all, whoever else does it at the same time. */
function leave(build: string, left: string): void {
  const whole = `${left}-${process.pid}-${Date.now()}`
  cpSync(build, whole, { recursive: true })
  try {
    renameSync(whole, left)
  } catch {
    rmSync(whole, { recursive: true })
  }
}

import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

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

export function copyProject(): Project {
  const directory = mkdtempSync(join(tmpdir(), 'odv-package-'))
  for (const source of sources) cpSync(join(root, source), join(directory, source), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const program = join(root, 'node_modules/serverless/bin/serverless.js')
  return {
    directory,
    async serverless(args, { env = {}, node = [] } = {}) {
      const options = { cwd: directory, env: { PATH: process.env.PATH, HOME: directory, ...env } }
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [...node, program, ...args], options)
      return stdout + stderr
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

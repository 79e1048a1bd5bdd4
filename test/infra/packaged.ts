import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Template } from './intrinsics.ts'

const root = join(import.meta.dirname, '../..')
const sources = ['serverless.yml', 'package.json', 'functions', 'infra', 'lib', 'statemachines']

/** Loaded into the packaging process: whoever reaches for the network there fails. */
const offline = `
import dns from 'node:dns'
import net from 'node:net'
const refuse = () => { throw new Error('packaging reached for the network') }
net.Socket.prototype.connect = refuse
dns.lookup = refuse
`

export type Packaged = { directory: string; template: Template; zip(name: string): Buffer; remove(): void }

/**
 * Packages a copy of the project in a directory of its own, as `npm run package` does: no network, no credentials, no
 * home directory, and nothing of the caller's environment but PATH.
 */
export async function packageProject(stage: string): Promise<Packaged> {
  const directory = mkdtempSync(join(tmpdir(), 'odv-package-'))
  for (const source of sources) cpSync(join(root, source), join(directory, source), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const preload = join(directory, 'offline.mjs')
  writeFileSync(preload, offline)
  const serverless = join(root, 'node_modules/serverless/bin/serverless.js')
  await promisify(execFile)(process.execPath, ['--import', preload, serverless, 'package', '--stage', stage], {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory },
  })
  const template = readFileSync(join(directory, '.serverless/cloudformation-template-update-stack.json'), 'utf8')
  return {
    directory,
    template: JSON.parse(template),
    zip: (name) => readFileSync(join(directory, '.build', `${name}.zip`)),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
